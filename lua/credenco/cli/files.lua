--- The files of a command line. The declarations of its arguments say which of them name a file, and whether the
--- command reads or writes it. This module refuses to overwrite a file that the command reads, that another option
--- writes, or that exists already.
local core = require "credenco.core"
local output = require "credenco.cli.output"
local profile = require "credenco.cli.profile"
local usage = require "credenco.cli.usage"

local M = {}

---@class credenco.cli.FileRole
---@field writes boolean the command writes the file; else it reads it
---@field what? string its name for the user
---@field kept? boolean an existing file is continued, or replaced each time
---@field anew? boolean the command itself refuses an existing file
---@field begins? string how every file begins that the option has written; no other is continued or replaced
---@field paths fun(path: string?, args: table): string[] all files that the argument names

local function itself(path)
  return path and { path == "-" and "/dev/stdin" or path } or {}
end

-- Arguments that name a file and are not options.
local ARGUMENTS = {
  workflow = { what = "the workflow", paths = itself },
  source = { what = "the source", paths = itself },
}

local READ = { paths = itself }

--- Marks an option whose file the command writes.
---@generic T: table
---@param option T of argparse
---@param role? { kept: boolean?, anew: boolean?, begins: string?, what: string?, paths: (fun(path: string?, args: table): string[])? }
---@return T option
function M.written(option, role)
  role = role or {}
  option.file_role = { writes = true, kept = role.kept, anew = role.anew, begins = role.begins, what = role.what,
    paths = role.paths or itself }
  return option
end

--- Adds the flag of a command that refuses to overwrite files.
---@param command table
function M.declare_force(command)
  return command:flag "--force" :description "Overwrite an existing file."
end

local function role_of(option)
  if option.file_role then return option.file_role end
  local argname = option._argname
  return argname == "FILE" and READ or nil
end

---@class credenco.cli.NamedFile
---@field option string
---@field role credenco.cli.FileRole
---@field target string its name in the parsed arguments
---@field setting credenco.cli.SettingRow? if its value may also come from the environment or a profile

--- The options and arguments of a command that name files.
---@param parser table of argparse
---@return credenco.cli.NamedFile[]
function M.declared(parser)
  local list = {}
  for _, argument in ipairs(parser._arguments) do
    local role = ARGUMENTS[argument._name]
    if role then list[#list + 1] = { option = argument._name, role = role, target = argument._name } end
  end
  for _, option in ipairs(parser._options) do
    local role = role_of(option)
    if role then
      list[#list + 1] = { option = option._name, role = role, setting = option.setting,
        target = option._target or option:_get_default_target() }
    end
  end
  return list
end

-- Two names are one file if they have the same real path, which need not exist yet, or the same id.
local function identity_of(path)
  if core.file_type(path) == "other" then return {} end -- a pipe or a device has no contents
  return { id = core.file_id(path), place = core.real_path(path) }
end

local function is_same(a, b)
  return a.id ~= nil and a.id == b.id or a.place ~= nil and a.place == b.place
end

local function named(file, args)
  local path = args[file.target]
  if path == nil and file.setting then path = require("credenco.cli.setting_sources").value(args, file.setting) end
  return path ~= "" and path or nil
end

local function add_paths(list, file, args)
  for _, path in ipairs(file.role.paths(named(file, args), args)) do
    list[#list + 1] = { option = file.option, path = path, what = file.role.what or "the file of " .. file.option,
      kept = file.role.kept, anew = file.role.anew, begins = file.role.begins, identity = identity_of(path) }
  end
end

-- Files that no option names, and that no output may overwrite.
local function others_in_use()
  local list = { { path = "/dev/stdout", what = "the file of standard output" },
    { path = "/dev/stderr", what = "the file of standard error" } }
  local configuration = profile.file()
  if configuration then list[3] = { path = configuration, what = "the configuration file" } end
  return list
end

local function refuse(file, what)
  usage.fail(("%s: %s is %s, and is not overwritten"):format(file.option, file.path, what))
end

local function check_inputs(file, inputs)
  for _, input in ipairs(inputs) do
    if is_same(file.identity, input.identity or identity_of(input.path)) then refuse(file, input.what) end
  end
end

local function check_others(file, others)
  for _, other in ipairs(others) do
    if other.option ~= file.option and is_same(file.identity, other.identity) then
      if other.kept then refuse(file, other.what) end
      usage.fail(("%s and %s name the same file"):format(other.option, file.option))
    end
  end
end

-- A mistyped name must not cost the user the contents of another file.
local function check_content(file)
  if not file.begins or core.file_type(file.path) ~= "file" then return end
  local opened = io.open(file.path, "rb")
  local found = opened and opened:read(#file.begins)
  if opened then opened:close() end
  if found and found ~= file.begins then
    refuse(file, ("a file that %s has not written"):format(file.option))
  end
end

local function check_place(file, force)
  if file.anew then return end
  if not force and core.file_type(file.path) == "file" then
    usage.fail(("%s: %s exists already: name another file, or give --force to overwrite it"):format(
      file.option, file.path))
  end
  output.check_writable(file.option, file.path)
end

-- A user who gives a dash means a stream, and would get a file of that name.
local function refuse_dash(file, args)
  if file.role.writes and named(file, args) == "-" then
    usage.fail(("%s: - is not a file: name a file, or ./- for a file of that name"):format(file.option))
  end
end

local function sorted(declared, args)
  local inputs, kept, written = {}, {}, {}
  for _, file in ipairs(declared) do
    refuse_dash(file, args)
    local role = file.role
    add_paths(role.writes and (role.kept and kept or written) or inputs, file, args)
  end
  return inputs, kept, written
end

--- Refuses, as a usage mistake, to overwrite a file. Runs before anything is read or sent.
---@param parser table of argparse
---@param args table the parsed arguments
function M.check(parser, args)
  local inputs, kept, written = sorted(M.declared(parser), args)
  local others, in_use = {}, others_in_use()
  for _, list in ipairs { kept, written } do
    for _, file in ipairs(list) do
      check_others(file, others)
      check_inputs(file, inputs)
      check_inputs(file, in_use)
      others[#others + 1] = file
    end
  end
  for _, file in ipairs(kept) do check_content(file) end
  for _, file in ipairs(written) do check_place(file, args.force) end
  args.written_files = written
end

--- The same for files that the command has learnt of since.
---@param args table the parsed arguments
---@param inputs { path: string?, what: string }[]
function M.check_more(args, inputs)
  for _, file in ipairs(args.written_files) do
    for _, input in ipairs(inputs) do
      if input.path then check_inputs(file, { input }) end
    end
  end
end

return M
