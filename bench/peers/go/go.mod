module credenco/bench/go

go 1.19
