-- Assertions for code that also runs where busted is not: inside nginx. They throw.
local expect = {}

local function shown(value)
  return type(value) == "string" and ("%q"):format(value) or tostring(value)
end

---@param wanted any
---@param actual any
---@param what string
function expect.equal(wanted, actual, what)
  if wanted ~= actual then
    error(("%s: expected %s, got %s"):format(what, shown(wanted), shown(actual)), 2)
  end
end

---@param text string
---@param piece string  plain text
---@param what string
function expect.contains(text, piece, what)
  if not text:find(piece, 1, true) then error(("%s: no %s in %s"):format(what, shown(piece), shown(text)), 2) end
end

--- At most `limit`; for bounds so wide that only a hang passes them.
---@param limit number
---@param actual number
---@param what string
function expect.at_most(limit, actual, what)
  if actual > limit then error(("%s: expected at most %s, got %s"):format(what, shown(limit), shown(actual)), 2) end
end

--- One of the keys of a set.
---@param set table<any, boolean>
---@param actual any
---@param what string
function expect.one_of(set, actual, what)
  if not set[actual] then error(("%s: did not expect %s"):format(what, shown(actual)), 2) end
end

return expect
