--- Sources of records: CSV, JSON Lines, standard input, SQL queries, Lua iterators. Each is read as a stream.
---
---     local source = assert(require "credenco.pipeline.source".open("companies.csv"))
---     for item in source.next, source do print(item.line, item.record or item.broken) end

local bytes = require "credenco.pipeline.source.bytes"
local encoding = require "credenco.pipeline.source.encoding"
local formats = require "credenco.pipeline.source.formats"
local option_table = require "credenco.base.options"
local records = require "credenco.pipeline.source.iterator"
local text_module = require "credenco.pipeline.source.text"

local M = {}

M.MAX_RECORD_BYTES = 1048576

--- One record of a source, or one line that cannot be parsed as a record.
---@class credenco.pipeline.Item
---@field line integer number of its first line, or of its row
---@field raw string its bytes, in UTF-8, with the line break
---@field record? table its values by column
---@field broken? string in place of `record`: the reason why the line cannot be parsed
---@field cut? boolean whether `raw` has only the beginning of the line

--- An open source.
---@class credenco.pipeline.Source
---@field name string the name of the source in messages
---@field format string "csv", "jsonl", "sql" or "records"
---@field header? string a CSV file's header line
---@field columns? string[] of a CSV file or a query
---@field bytes? credenco.pipeline.Bytes of a file or standard input
---@field encoding? string the encoding of its bytes, if that is not UTF-8 without a byte-order mark; items are in UTF-8
---@field next fun(self: credenco.pipeline.Source): credenco.pipeline.Item?, string? returns the next item; nil at the end, or nil and the reason if reading failed
---@field close fun(self: credenco.pipeline.Source) closes its file or connection; a run does not do that

local READERS = {}
for _, name in ipairs(formats.NAMES) do READERS[name] = require("credenco.pipeline.source." .. name) end

local OPTIONS = {
  name = { type = "string" },
  format = { type = "string", check = function(format)
    return not formats.is_known(format) and ('must be "%s"'):format(table.concat(formats.NAMES, '" or "')) or nil
  end },
  encoding = { type = "string", check = function(name) return select(2, encoding.named(name)) end },
  query = { type = "string" },
  max_record_bytes = { type = "integer", min = 1 },
}

--- The format of a file for which no option names one.
---@param path string
---@param first_bytes string
---@return string format
function M.format_of(path, first_bytes)
  return formats.of_name(path) or first_bytes:find "^%s*%[?%s*{" and "jsonl" or "csv"
end

-- The source for the format and the bytes.
local function source_of(stream, options)
  local text, err = text_module.open(stream, options.encoding and encoding.named(options.encoding))
  if not text then return nil, err end
  local front, read_err = text:look()
  if read_err then return nil, read_err end
  local format = options.format or M.format_of(options.name, front)
  return READERS[format].open(text, { name = options.name,
    max_record_bytes = options.max_record_bytes or M.MAX_RECORD_BYTES })
end

--- A source of bytes. If it cannot be read, the bytes are closed.
---@param stream credenco.pipeline.Bytes
---@param options { name: string, format?: string, encoding?: string, max_record_bytes?: integer }
---@return credenco.pipeline.Source?
---@return string? err names the source
function M.from_bytes(stream, options)
  option_table.check("source.from_bytes", OPTIONS, options, 2)
  local source, err = source_of(stream, options)
  if source then return source end
  stream:close()
  return nil, ("%s: %s"):format(options.name, err)
end

local OPENED = { string = true, table = true, ["function"] = true }

--- Options of `open`.
---@class credenco.pipeline.SourceOptions
---@field format? string "csv" or "jsonl"; default: by the file's name, then by its first bytes
---@field encoding? string any that iconv knows, such as "windows-1252"; default: that of the byte-order mark, or UTF-8
---@field query? string a SQL statement that returns a row for each record; then `what` is the database
---@field max_record_bytes? integer a longer record is refused; default 1048576
---@field name? string the name of an iterator or a query in messages

--- Opens a file, standard input (`-`), a query, or an iterator. It first reads a file to its end, and refuses a file in
--- another encoding.
---@param what string|table[]|fun(): table? the path of a file, which may be gzipped; a SQLite file or `postgres://...`; an array or iterator of records
---@param options? credenco.pipeline.SourceOptions
---@return credenco.pipeline.Source?
---@return string? err names the source and the reason
function M.open(what, options)
  options = option_table.read("source.open", OPTIONS, options or {}, 2)
  if not OPENED[type(what)] then
    error("source.open: a path, or an array or iterator of records is needed, not a " .. type(what), 2)
  end
  if type(what) ~= "string" then return records.open(what, { name = options.name or "records" }) end
  if options.query then
    return require("credenco.pipeline.source.sql").open(what, options.query, { name = options.name or "query" })
  end
  local stream, err = bytes.open(what)
  if not stream then return nil, ("%s: cannot be read (%s)"):format(what, err) end
  return M.from_bytes(stream, {
    name = what == "-" and "standard input" or what,
    format = options.format,
    encoding = options.encoding,
    max_record_bytes = options.max_record_bytes,
  })
end

--- Turns the bytes of an item, which a journal has kept, into the record again.
---@param format string that of the source
---@param header? string
---@return (fun(raw: string): table?, string?)? decode
---@return string? err
function M.decoder(format, header)
  return READERS[formats.kept(format)].decoder(header)
end

return M
