--- `credenco completion`: a shell's completion of commands and options, from their declarations.
local commands = require "credenco.cli.commands"

local M = {
  description = "Prints the completion of commands and options for a shell, from the same declarations as --help.",
  epilog = [[
Examples:
  credenco completion bash > ~/.local/share/bash-completion/completions/credenco
  credenco completion zsh > ~/.zsh/completions/_credenco
  credenco completion fish > ~/.config/fish/completions/credenco.fish

For zsh, the directory has to be in its fpath. The Debian package installs all three.]],
}

function M.declare(command)
  command:argument "shell" :choices { "bash", "zsh", "fish" } :description "The shell: bash, zsh or fish."
end

local WRITER = { bash = "get_bash_complete", zsh = "get_zsh_complete", fish = "get_fish_complete" }

local function declare(command, loaded)
  if loaded.declare then loaded.declare(command) end
  command:flag "--json" :description "Result and errors as JSON, for programs."
end

-- The allowed words of a command's first argument, such as `send` of `webhook`.
local function words_of(loaded)
  local tried = require "argparse" "tried"
  declare(tried, loaded)
  local first = tried._arguments[1]
  return first and first._choices or {}
end

-- argparse completes an argument's words only in zsh, but subcommands in every shell.
local function add_command(root, name)
  local loaded = commands.load(name)
  local command, words = root:command(name):description(commands.summary(name)), words_of(loaded)
  for _, word in ipairs(words) do
    local within = command:command(word)
    declare(within, loaded)
    table.remove(within._arguments, 1)
  end
  if #words == 0 then declare(command, loaded) end
end

-- One parser with all commands.
local function grammar()
  local root = require "argparse" "credenco"
  for _, name in ipairs(commands.NAMES) do add_command(root, name) end
  return root
end

-- argparse's bash code makes two words of a file's name with a space. If it offers nothing, bash itself offers files,
-- and quotes their names (`complete -o default`).
local function leave_files_to_bash(text)
  return (text:gsub('COMPREPLY=%(%$%(compgen %-f %-%- "%$cur"%)%)', "COMPREPLY=()"))
end

function M.run(args)
  local root = grammar()
  local text = root[WRITER[args.shell]](root):gsub("\n+$", "")
  if args.shell == "bash" then text = leave_files_to_bash(text) end
  return { shell = args.shell, completion = text }, text
end

return M
