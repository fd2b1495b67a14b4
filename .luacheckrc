-- The language of the shared subset: what both engines and nginx have.
std = "min"
max_line_length = 120
exclude_files = { "build", "build.luarocks", "node_modules" }

files["spec"] = { std = "+busted" }
files["lua/credenco/loop/nginx.lua"] = { std = "ngx_lua" }
files["lua/credenco/transport/resty.lua"] = { std = "ngx_lua" }
files["lua/credenco/sandbox"] = { std = "+ngx_lua" }
files["*.rockspec"] = { std = "rockspec" }
files["spec/nginx/inside.lua"] = { std = "ngx_lua" }
