// The blocks of code outside the guides. TypeScript is either a region of a file that
// is run (`<!-- source: … -->`), or compiles: names that the text around it stands for
// (`pool`, `signer`) may be missing, and nothing else. Commands name what is there.
import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { root } from './ensureReady.mjs'
import { readBlocks, readRegion } from './guideBlocks.mjs'

const place = join(root, 'node_modules/.cache/behest/pages')
/** A value that is not declared, in an expression or in an object; functions are imported. */
const MISSING_VALUE =
  /error TS(?:2304|2552|18004): (?!.*'(?:create|serve|define|open|run|start|parse|find|build|keep)[A-Z])/

/** Says what is wrong with the blocks of pages, by page and line. */
export function findStale(pages) {
  const problems = []
  const compiled = []
  for (const page of pages) {
    const name = relative(root, page)
    const text = readFileSync(page, 'utf8')
    problems.push(
      ...findMissing(text, listScripts(page)).map((what) => `${name}: ${what}`),
    )
    for (const { line, code, mark, language } of readBlocks(text)) {
      if (language !== 'ts') continue
      const where = `${name}:${line}`
      if (mark.type !== 'source') compiled.push({ where, code })
      else if (readRegion(join(dirname(page), mark.path), mark.region) !== code)
        problems.push(`${where}: not what ${mark.path}#${mark.region} says`)
    }
  }
  return [...problems, ...compile(compiled)]
}

/** The scripts of the repository, and of the package that a page is of. */
function listScripts(page) {
  return [join(root, 'package.json'), join(dirname(page), 'package.json')]
    .filter((path) => existsSync(path))
    .flatMap((path) =>
      Object.keys(JSON.parse(readFileSync(path, 'utf8')).scripts ?? {}),
    )
}

/** Scripts and files that commands name, and that are not there. */
function findMissing(text, scripts) {
  const commands = readBlocks(text).map(({ code }) => code)
  const said = [...commands, ...(text.match(/`[^`\n]+`/g) ?? [])].join('\n')
  return [
    ...[...said.matchAll(/\bnpm run ([a-z:]+)/g)]
      .filter(([, script]) => !scripts.includes(script))
      .map(([command]) => `${command} is no script`),
    ...[...said.matchAll(/\bnode ((?:apps|packages|scripts|bench)\/[\w/.-]+)/g)]
      .filter(([, path]) => !path.includes('/dist/'))
      .filter(([, path]) => !existsSync(join(root, path)))
      .map(([, path]) => `${path} is no file`),
  ]
}

function compile(blocks) {
  rmSync(place, { recursive: true, force: true })
  mkdirSync(place, { recursive: true })
  writeFileSync(join(place, 'package.json'), '{"type":"module"}\n')
  writeFileSync(
    join(place, 'tsconfig.json'),
    JSON.stringify({
      extends: relative(place, join(root, 'tsconfig.base.json')),
      compilerOptions: {
        composite: false,
        incremental: false,
        noEmit: true,
        // A page shows what is there, and not how absence is handled.
        noUncheckedIndexedAccess: false,
        noUnusedLocals: false,
        noUnusedParameters: false,
        types: ['node'],
      },
      include: ['*.ts'],
    }),
  )
  for (const [index, { code }] of blocks.entries())
    writeFileSync(join(place, `${index}.ts`), `${code}\nexport {}\n`)
  const { stdout } = spawnSync(
    join(root, 'node_modules/.bin/tsc'),
    ['-p', place, '--pretty', 'false'],
    { cwd: place, encoding: 'utf8' },
  )
  return stdout.split('\n').flatMap((message) => {
    const [, index, line, what] =
      /^(\d+)\.ts\((\d+),\d+\): (error .*)$/.exec(message) ?? []
    if (what === undefined)
      return /^error/.test(message) ? [`pages: ${message}`] : []
    const { where } = blocks[Number(index)]
    return MISSING_VALUE.test(what) ? [] : [`${where} +${line}: ${what}`]
  })
}
