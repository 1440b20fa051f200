// The blocks of code in the guides, and how each of them is held to the truth. There
// are two ways, named in a comment right above the block, and no third one:
//   <!-- source: <file>#<region> -->  it is a region of a file that was run
//   <!-- transcript -->               a terminal: its commands are run, in order, on a
//                                     stack of their own, and say what stands there.
//                                     `after: <file>` is run before, `of: <command>`
//                                     names the command of which this is a part.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './ensureReady.mjs'

const folder = join(root, 'docs/guides')

/** Every block of every guide, in order. */
export function readGuideBlocks() {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.md'))
    .sort()
    .flatMap((guide) =>
      readBlocks(readFileSync(join(folder, guide), 'utf8')).map((block) => ({
        guide,
        ...block,
      })),
    )
}

/** The blocks of a text: where, what, and the mark above. */
export function readBlocks(text) {
  const lines = text.split('\n')
  const blocks = []
  for (let index = 0; index < lines.length; index += 1) {
    const fence = /^(\s*)(`{3,}|~{3,})(\w*)/.exec(lines[index])
    if (fence === null) continue
    const start = index
    for (index += 1; index < lines.length; index += 1)
      if (lines[index].trimEnd() === `${fence[1]}${fence[2]}`) break
    blocks.push({
      line: start + 1,
      language: fence[3],
      code: lines
        .slice(start + 1, index)
        .map((line) => line.slice(fence[1].length))
        .join('\n'),
      mark: readMark((lines[start - 1] ?? '').trim()),
    })
  }
  return blocks
}

function readMark(line) {
  const source = /^<!-- source: (\S+) -->$/.exec(line)
  if (source) {
    const [path, region] = source[1].split('#')
    return { type: 'source', path, region }
  }
  const transcript =
    /^<!-- transcript(?: after: (\S+))?(?: of: (.+))? -->$/.exec(line)
  if (transcript)
    return { type: 'transcript', after: transcript[1], of: transcript[2] }
  return { type: 'none' }
}

/** Says what is wrong with blocks that no run holds, and with drifted copies. */
export function findDrift(blocks) {
  return blocks.flatMap(({ guide, line, code, mark }) => {
    const where = `docs/guides/${guide}:${line}`
    switch (mark.type) {
      case 'none':
        return [
          `${where}: nothing holds this block; name its source, or mark it as a transcript`,
        ]
      case 'source':
        return readRegion(join(folder, mark.path), mark.region) === code
          ? []
          : [`${where}: not what ${mark.path}#${mark.region} says`]
      default:
        return []
    }
  })
}

/** The lines between the marks, without the indent that they share. */
export function readRegion(path, region) {
  const text = readFileSync(path, 'utf8').trimEnd()
  if (region === undefined) return text
  const lines = text.split('\n')
  const find = (mark) =>
    lines.findIndex((line) =>
      [
        `//#${mark} ${region}`,
        `#${mark} ${region}`,
        `<!--#${mark} ${region}-->`,
      ].includes(line.trim()),
    )
  const [start, end] = [find('region'), find('endregion')]
  if (start === -1 || end === -1) return undefined
  const body = lines.slice(start + 1, end)
  const indent = /^ */.exec(body[0] ?? '')[0].length
  return body.map((line) => line.slice(indent)).join('\n')
}
