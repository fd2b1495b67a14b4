# zsh completed.zsh FOLDER LINE...: what zsh offers for each line and the tab key, typed at a terminal in that folder, which
# has the completion in _credenco. Prints one a line, and "." after those of a line.
zmodload zsh/zpty
zpty shell TERM=dumb zsh -f -i
zpty -w shell "
  cd $1; PS1= ; fpath=($1 \$fpath); autoload -Uz compinit; compinit -u -D
  typeset -aU offered
  compadd() { local -a found; builtin compadd -A found \"\$@\"; offered+=(\$found); builtin compadd \"\$@\" }
  next() { print -rl -- \$offered . >>../offered; offered=(); BUFFER= }
  finish() { exit }
  zle -N next; zle -N finish; bindkey '^I' complete-word '^N' next '^G' finish
"
for line in "${@[2,-1]}"; do zpty -w -n shell "$line"$'\t\C-n'; done
zpty -w -n shell $'\C-g'
while zpty -r shell said; do all+=$said; done # until it has ended
cat $1/../offered || print -ru2 -- $all
