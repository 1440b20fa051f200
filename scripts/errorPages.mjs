// One page per error code, drawn from the classes themselves so that the two
// cannot drift: `npm run docs` writes them, `npm run check` compares.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './ensureReady.mjs'

const stageNames = [
  'utterance',
  'intent',
  'candidates',
  'quotes',
  'plan',
  'simulation',
  'approval',
  'execution',
  'receipt',
]

const advice = {
  never:
    'Asking again in the same way gives the same answer. Change something first.',
  'same-input': 'The same request may be tried again as it is.',
  'new-quote':
    'Nothing was sent. Collect new quotes, look at the new plan, and approve that.',
  'ask-user':
    'Only a person can go on: it needs another wording or a decision.',
}

/** Gives the page of every error class: file name to text. */
export function buildErrorPages() {
  const pages = new Map()
  const entries = listSources()
    .flatMap(readErrors)
    .sort((a, b) => (a.code + a.name < b.code + b.name ? -1 : 1))
  for (const entry of entries) {
    const before = pages.get(`${entry.code}.md`)
    pages.set(
      `${entry.code}.md`,
      before ? `${before}\n${renderSection(entry)}` : renderPage(entry),
    )
  }
  const rows = [
    ...new Map(entries.map((entry) => [entry.code, entry])).values(),
  ]
  pages.set(
    'README.md',
    `# Error codes\n\nEvery error says what happened, with values, and what to do next. A code never changes once it is released. Over HTTP it comes as \`application/problem+json\` with \`code\`, \`retry\` and \`facts\`.\n\n| code | when | retry |\n|---|---|---|\n${rows
      .map(
        ({ code, when, retry }) =>
          `| [\`${code}\`](${code}.md) | ${when.replaceAll('|', '\\|')} | \`${retry}\` |`,
      )
      .join('\n')}\n`,
  )
  return pages
}

function renderPage(entry) {
  return `# ${entry.code}\n\n${renderSection(entry)}`
}

function renderSection({ name, when, message, retry, stage, source }) {
  return `**\`${name}\`**: ${when}

${message === '' ? '' : `It says: ${message}\n\n`}| | |
|---|---|
| stage | ${stage === '' ? 'any' : `[${stage}](../stages/${stageNames.indexOf(stage) + 1}-${stage}.md)`} |
| retry | \`${retry}\`: ${advice[retry] ?? ''} |
| thrown by | [\`${source}\`](../../${source}) |
`
}

/** Reads the error classes of one file. */
function readErrors(path) {
  const text = readFileSync(path, 'utf8')
  const source = path.slice(root.length + 1)
  return [
    ...text.matchAll(
      /(?:\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*)?export class (\w+) extends (?:BehestError|\w+Error)\b([\s\S]*?)\n}\n/g,
    ),
  ].flatMap(([, comment = '', name, body]) => {
    const code = /readonly code(?:: string)? = '([A-Z0-9_]+)'/.exec(body)?.[1]
    if (code === undefined) return []
    return [
      {
        code,
        name,
        source,
        when: toSentence(comment) || 'an error of its own kind.',
        retry:
          /readonly retry(?:: \w+)? = '([\w-]+)'/.exec(body)?.[1] ?? 'never',
        stage: /readonly stage(?:: \w+)? = '(\w+)'/.exec(body)?.[1] ?? '',
        message: toMessage(body),
      },
    ]
  })
}

function toSentence(comment) {
  return comment
    .split('\n')
    .map((line) => line.replace(/^\s*\*?\s?/, ''))
    .filter((line) => !line.startsWith('@'))
    .join(' ')
    .replace(/\{@link (\w+)\}/g, '`$1`')
    .replace(/\s+/g, ' ')
    .trim()
}

/** The first text that the constructor hands on, with its values as names. */
function toMessage(body) {
  const found = /super\(\s*(?:`([\s\S]*?)`|'((?:[^'\\]|\\.)*)')/.exec(body)
  const text = found?.[1] ?? found?.[2] ?? ''
  return text === ''
    ? ''
    : `“${text
        .replace(/\$\{(?:facts\.|String\()?(\w+)[^}]*\}/g, '<$1>')
        .replaceAll('<', '&lt;')
        .replaceAll("\\'", "'")
        .replace(/\s+/g, ' ')}”`
}

function listSources() {
  const visit = (folder) =>
    readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      if (['node_modules', 'dist', '.cache', 'testing'].includes(entry.name))
        return []
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return visit(path)
      return /\.ts$/.test(path) && !/\.(test|bench|examples)\.ts$/.test(path)
        ? [path]
        : []
    })
  return ['packages', 'apps']
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) => visit(join(root, folder)))
}
