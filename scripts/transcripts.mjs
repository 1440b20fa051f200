// Runs the terminals that the guides show, and holds what was said against them.
import { spawnSync } from 'node:child_process'

const commandTimeoutMs = 180_000

/**
 * What differs from run to run. A name that stands for itself (an id, an account, a
 * hash) must be the same one wherever the guide shows the same one.
 */
const volatile = [
  ['name', /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/],
  ['name', /0x[0-9a-fA-F]{8,}/],
  // Where two quotes are as good, either agent may be taken.
  ['agent', /\b[a-z]+(?:-[a-z]+)*-[0-9a-f]{8}\b/],
  ['time', /\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z?)?/],
  ['block', /(?<=block )\d+/],
  ['long decimal', /\d+\.\d{5,}/],
]
const anyVolatile = new RegExp(
  volatile.map(([, pattern]) => `(${pattern.source})`).join('|'),
  'g',
)

/**
 * Runs the commands of one guide's transcripts, in order.
 *
 * @param options.blocks - Its blocks that are transcripts.
 * @param options.runFile - Runs the file that a block wants run before.
 * @returns What is not as the guide says.
 */
export function runTranscripts({ blocks, cwd, environment, runFile }) {
  const problems = []
  // What the guide calls it, and what it is called in this run.
  const names = new Map()
  for (const { guide, line, code, mark } of blocks) {
    const where = `docs/guides/${guide}:${line}`
    if (mark.after !== undefined) {
      const { status, said } = runFile(mark.after)
      if (status !== 0) problems.push(`${where}: ${mark.after} failed\n${said}`)
    }
    for (const { command, shown } of toCommands(code, mark.of)) {
      const typed = [...names].reduce(
        (text, [guided, actual]) => text.replaceAll(guided, actual),
        command,
      )
      const { stdout } = spawnSync('sh', ['-c', `${typed} 2>&1`], {
        cwd,
        encoding: 'utf8',
        timeout: commandTimeoutMs,
        env: environment,
      })
      const missing = findMissing(shown, stdout.split('\n'), names)
      if (missing !== undefined)
        problems.push(
          `${where}: "${typed}" does not say "${missing}" there. It said:\n${stdout}`,
        )
    }
  }
  return problems
}

function toCommands(code, of) {
  const commands = of === undefined ? [] : [{ command: of, shown: [] }]
  for (const line of code.split('\n'))
    if (line.startsWith('$ '))
      commands.push({ command: line.slice(2), shown: [] })
    else if (line.trim() !== '') commands.at(-1).shown.push(line.trimEnd())
  return commands
}

/** The first line that was shown and is not said, in this order. */
function findMissing(shown, said, names) {
  let next = 0
  for (const line of shown) {
    const found = said.findIndex(
      (actual, index) => index >= next && fits(line, actual.trimEnd(), names),
    )
    if (found === -1) return line
    next = found + 1
  }
  return undefined
}

function fits(line, actual, names) {
  const tokens = [...line.matchAll(anyVolatile)]
  let pattern = ''
  let after = 0
  for (const token of tokens) {
    const kind = token.slice(1).findIndex((group) => group !== undefined)
    pattern += `${toLiteral(line.slice(after, token.index))}(${volatile[kind][1].source})`
    after = token.index + token[0].length
  }
  const match = new RegExp(`^${pattern}${toLiteral(line.slice(after))}$`).exec(
    actual,
  )
  if (match === null) return false
  const found = tokens.flatMap((token, index) =>
    token[1] === undefined && token[2] === undefined
      ? []
      : [[token[0], match[index + 1]]],
  )
  const isSame = (one, other) => one?.toLowerCase() === other.toLowerCase()
  if (
    found.some(
      ([guided, called]) =>
        names.has(guided) && !isSame(names.get(guided), called),
    )
  )
    return false
  for (const [guided, called] of found) names.set(guided, called)
  return true
}

function toLiteral(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
