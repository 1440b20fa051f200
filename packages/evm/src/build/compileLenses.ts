import { compileContracts } from './compileContracts.js'

/** The lenses, by the names of their contracts. */
export const lensNames = [
  'ReadLens',
  'UniswapLens',
  'AaveLens',
  'MorphoLens',
] as const

/**
 * Compiles the lenses with the pinned compiler.
 *
 * @returns The text of `lensCode.ts`: the code that a node runs, per lens.
 * @throws {LensCompilationError} when a source has an error.
 */
export function compileLenses(): string {
  const getCode = compileContracts({
    folder: new URL('../../contracts/', import.meta.url),
    files: ['StaticReader', ...lensNames].map((name) => `${name}.sol`),
    output: 'deployedBytecode',
    pipeline: 'legacy',
  })
  return renderCode({
    names: lensNames,
    getCode,
    from: 'contracts/*.sol',
    command: 'npm run lenses',
  })
}

/** Renders code as the module that holds it. */
export function renderCode(options: {
  readonly names: readonly string[]
  readonly getCode: (name: string) => string
  readonly from: string
  readonly command: string
}): string {
  const { names, getCode, from, command } = options
  const lines = names.map(
    (name) =>
      `/** ${name}.sol */\nexport const ${toConstantName(name)} =\n  '${getCode(name)}'\n`,
  )
  return [
    `// Generated from ${from} by "${command}"; do not edit.`,
    '',
    lines.join('\n'),
  ].join('\n')
}

function toConstantName(name: string): string {
  return `${name.slice(0, 1).toLowerCase()}${name.slice(1)}Code`
}
