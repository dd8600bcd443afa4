-- Neovim's own client, at work on a Dockerfile: problems, hover, quick fix, rename. It writes what came of it as JSON.
-- Started with the environment variables COMMAND (the server), FOLDER (a copy of the workspace) and REPORT (where to write).
local outcomes = {}

local function test(title, run)
  local fine, why = xpcall(run, debug.traceback)
  table.insert(outcomes, fine and { title = title } or { title = title, error = tostring(why) })
end

-- Looks again until it is there; the limit only ends what would never end.
local function eventually(what, look)
  local found
  local there = vim.wait(60000, function()
    found = look()
    return found and true or false
  end, 50)
  if not there then error(what .. ' never came') end
  return found
end

local newer = vim.fn.has('nvim-0.11') == 1

local client = (newer and vim.lsp.start or vim.lsp.start_client)({
  name = 'llb-lens',
  cmd = { os.getenv('NODE'), os.getenv('COMMAND'), '--stdio' },
  root_dir = os.getenv('FOLDER'),
  settings = { llbLens = { features = { hover = true } } },
}, { attach = false })

local function open(path)
  vim.cmd('edit ' .. os.getenv('FOLDER') .. '/' .. path)
  local buffer = vim.api.nvim_get_current_buf()
  vim.bo[buffer].filetype = 'dockerfile'
  vim.lsp.buf_attach_client(buffer, client)
  return buffer
end

local function text(buffer)
  return table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), '\n')
end

local function ask(buffer, method, params)
  local answer, why = vim.lsp.buf_request_sync(buffer, method, params, 60000)
  if not answer then error(method .. ': ' .. tostring(why)) end
  local reply = answer[client]
  if reply == nil then error(method .. ' was not answered') end
  if reply.error then error(method .. ': ' .. vim.inspect(reply.error)) end
  return reply.result
end

local function at(line, column)
  vim.api.nvim_win_set_cursor(0, { line, column })
  return vim.lsp.util.make_position_params(0, 'utf-16')
end

test('problems come by themselves, at the right place', function()
  local buffer = open('problems/Dockerfile')
  local found = eventually('the problems', function()
    local list = vim.diagnostic.get(buffer)
    return #list == 2 and list
  end)
  table.sort(found, function(a, b) return a.lnum < b.lnum end)
  assert(found[1].lnum == 1 and found[1].col == 7, vim.inspect(found[1]))
  assert(found[2].lnum == 2 and found[2].col == 0 and found[2].message:find('RUNN'), vim.inspect(found[2]))
end)

test('a hover says what a line is', function()
  local buffer = open('Dockerfile')
  local result = ask(buffer, 'textDocument/hover', at(12, 1))
  local lines = table.concat(vim.lsp.util.convert_input_to_markdown_lines(result.contents), '\n')
  assert(lines:find('build'), lines)
end)

test('a quick fix is offered and mends the text', function()
  local buffer = open('problems/Dockerfile')
  local params = at(3, 1)
  params.range = { start = params.position, ['end'] = params.position }
  params.context = { diagnostics = {}, only = { 'quickfix' } }
  local actions = ask(buffer, 'textDocument/codeAction', params)
  assert(#actions > 0, 'there is none')
  vim.lsp.util.apply_workspace_edit(actions[1].edit, 'utf-16')
  assert(text(buffer):find('\nRUN echo'), text(buffer))
  eventually('the problem of the first line alone', function() return #vim.diagnostic.get(buffer) == 1 end)
end)

test('a stage is renamed wherever it is named', function()
  local buffer = open('Dockerfile')
  local params = at(12, 19)
  params.newName = 'compile'
  vim.lsp.util.apply_workspace_edit(ask(buffer, 'textDocument/rename', params), 'utf-16')
  assert(text(buffer):find('AS compile') and text(buffer):find('%-%-from=compile'), text(buffer))
end)

test('the server leaves when it is told to', function()
  local server = vim.lsp.get_client_by_id(client)
  if newer then server:stop() else server.stop() end
  eventually('its end', function() return newer and server:is_stopped() or not newer and server.is_stopped() end)
end)

local report = io.open(os.getenv('REPORT'), 'w')
report:write(vim.fn.json_encode(outcomes))
report:close()
vim.cmd('qall!')
