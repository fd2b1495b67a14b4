-- Reads the README and the pages of docs/: their chapters, examples and tables.
local files = require "spec.support.files"

local M = {}

--- The chapters of a page: a title of second rank and what is below it.
---@param path string
---@return { title: string, text: string }[]
function M.chapters(path)
  local found = {}
  for title, text in (assert(files.read(path)):gsub("\n## ", "\n\0") .. "\0"):gmatch "%z([^\n]*)\n([^%z]*)" do
    found[#found + 1] = { title = title, text = text }
  end
  return found
end

--- One chapter.
---@param path string
---@param title string
---@return string text
function M.chapter(path, title)
  for _, chapter in ipairs(M.chapters(path)) do
    if chapter.title == title then return chapter.text end
  end
  error(("%s has no chapter %s"):format(path, title), 2)
end

--- The examples of a page in one language, in order.
---@param path string
---@param language string
---@return { page: string, title: string, code: string }[]
function M.examples(path, language)
  local found = {}
  local text = assert(files.read(path)):gsub("^# ", "\n## ") -- what is before the first chapter has the page's title
  for title, body in (text:gsub("\n## ", "\n\0") .. "\0"):gmatch "%z([^\n]*)\n([^%z]*)" do
    for code in ("\n" .. body):gmatch("\n```" .. language .. "\n(.-)```\n") do
      found[#found + 1] = { page = path, title = title, code = code }
    end
  end
  return found
end

--- The names in the first column of a chapter's tables.
---@param path string
---@param title string
---@return table<string, true>
function M.first_column(path, title)
  local names = {}
  for cell in M.chapter(path, title):gmatch "\n| ([^|]-) |%f[^|]" do
    for name in cell:gmatch "[%w_]+" do names[name] = true end
  end
  return names
end

--- All pages.
---@return string[] paths
function M.all()
  local paths = { "README.md" }
  local uv = require "luv"
  local entries = assert(uv.fs_scandir "docs")
  for name in function() return uv.fs_scandir_next(entries) end do
    if name:find "%.md$" then paths[#paths + 1] = "docs/" .. name end
  end
  table.sort(paths)
  return paths
end

return M
