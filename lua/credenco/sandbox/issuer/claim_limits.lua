--- Claims that a wallet gets out of a credential unchanged: the names that a format leaves free, and limits that keep a
--- credential below those of the sandbox's own wallet (512 KiB, 64 levels).
local json = require "credenco.sandbox.ground.json"
local lists = require "credenco.base.lists"
local sorted_keys = require "credenco.base.sorted_keys"

local M = {}

M.MAX_BYTES = 256 * 1024 -- of all claims as JSON
M.MAX_CLAIMS = 1000 -- each has a salt and a digest
M.MAX_DEPTH = 60 -- levels of objects and arrays; the object of all claims is the first

local MAX_NAME_SHOWN = 60

--- By format: names at the top and at any depth that the format itself uses, and the standard that says so.
local RESERVED = {
  ["dc+sd-jwt"] = {
    at_top = lists.set { "iss", "sub", "aud", "jti", "iat", "nbf", "exp", "cnf", "vct", "vct#integrity", "status" },
    anywhere = lists.set { "_sd", "_sd_alg", "..." }, -- RFC 9901, 4.1 and 4.1.1
    owner = "SD-JWT VC",
  },
  jwt_vc_json = {
    at_top = lists.set { "id" }, -- the holder's DID: VCDM 1.1, 6.3.1
    anywhere = {},
    owner = "VC-JWT",
  },
}

--- Whether claims of this format may have the name at their top.
---@param format "dc+sd-jwt"|"jwt_vc_json"
---@param name string
---@return string? owner the format that uses it itself; nil if it is free
function M.owner(format, name)
  local reserved = RESERVED[format]
  return (reserved.at_top[name] or reserved.anywhere[name]) and reserved.owner or nil
end

--- A claim's name in a message, shortened.
---@param name string
---@return string
function M.shown(name)
  return #name <= MAX_NAME_SHOWN and name or (name:sub(1, MAX_NAME_SHOWN):gsub("[\128-\255]", "?")) .. "..."
end

local find_below

local function find_in_list(list, depth, reserved)
  for index = 1, #list do
    local err, path = find_below(list[index], depth, reserved)
    if err then
      return err, ("[%d]%s"):format(index, path)
    end
  end
end

local function find_in_object(object, depth, reserved)
  for _, name in ipairs(sorted_keys(object)) do
    if reserved.anywhere[name] then
      return ("no claim may be called '%s': %s uses that name itself"):format(name, reserved.owner), "." .. name
    end
    local err, path = find_below(object[name], depth, reserved)
    if err then
      return err, "." .. M.shown(name) .. path
    end
  end
end

--- The problem of a value that is `depth` levels deep, and the path to it.
function find_below(value, depth, reserved)
  if type(value) ~= "table" then
    return nil
  end
  if depth >= M.MAX_DEPTH then
    return ("claims may be nested at most %d levels deep"):format(M.MAX_DEPTH), ""
  end
  return (json.is_array(value) and find_in_list or find_in_object)(value, depth + 1, reserved)
end

local function check_size(claims)
  if #sorted_keys(claims) > M.MAX_CLAIMS then
    return ("a credential holds at most %d claims"):format(M.MAX_CLAIMS)
  end
  if #json.encode(claims) > M.MAX_BYTES then
    return ("all claims together may have at most %d bytes as JSON"):format(M.MAX_BYTES)
  end
end

--- Whether a credential of this format can hold these claims.
---@param format "dc+sd-jwt"|"jwt_vc_json"
---@param claims table<string, any>
---@return string? err
---@return string? path to the claim at fault, such as ".address.lines[2]"; "" for all of them
function M.check(format, claims)
  local reserved = RESERVED[format]
  for _, name in ipairs(sorted_keys(claims)) do
    if reserved.at_top[name] then
      return ("no claim may be called '%s': %s uses that name itself"):format(name, reserved.owner), "." .. name
    end
  end
  local err, path = find_below(claims, 0, reserved)
  if err then
    return err, path
  end
  return check_size(claims), ""
end

return M
