--- The arguments that name a source. It needs no rock, so a command without the pipeline's rocks can declare them.

local formats = require "credenco.pipeline.source.formats"

local M = {}

local NAMES = table.concat(formats.NAMES, " or ")

--- Adds the source and the options for reading it.
---@param command table of argparse
---@param without? string the command's action without a source, for its help; nil: a missing source is a usage mistake
function M.declare(command, without)
  command:argument "source" :args "?"
    :description("CSV or JSON Lines file, `-` for standard input"
      .. (without and "; without a source: " .. without or "") .. ".")
  command:group("Source",
    command:option "--format" :argname "FORMAT" :choices(formats.NAMES)
      :description("The format of the source, if its name does not show it: " .. NAMES .. "."),
    command:option "--encoding" :argname "NAME"
      :description "The encoding of the text, if it is not UTF-8: windows-1252, utf-16le, ... as in `iconv -l`.",
    command:option "--query" :argname "SQL"
      :description "A SELECT. Then the source is a database: a SQLite file or postgres://...",
    command:option "--limit" :argname "N" :description "Read at most this many records of the source.")
end

return M
