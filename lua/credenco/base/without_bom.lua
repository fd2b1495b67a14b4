--- A text without the UTF-8 byte-order mark that some editors put in front of it.
---@param text string
---@return string
return function(text)
  return (text:gsub("^\239\187\191", ""))
end
