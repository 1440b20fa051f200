import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { BehestError, type Hex } from '@behest/spec'

/** The lenses, by the names of their contracts. */
export const lensNames = [
  'ReadLens',
  'UniswapLens',
  'AaveLens',
  'MorphoLens',
] as const

const solcVersion = '0.8.19'
const folder = new URL('../../contracts/', import.meta.url)

type Output = {
  readonly errors?: readonly {
    readonly severity: string
    readonly formattedMessage: string
  }[]
  readonly contracts?: Readonly<
    Record<
      string,
      Readonly<
        Record<
          string,
          { readonly evm: { readonly deployedBytecode: { object: string } } }
        >
      >
    >
  >
}

/**
 * Compiles the lenses with the pinned compiler.
 *
 * @returns The text of `lensCode.ts`: the code that a node runs, per lens.
 * @throws {LensCompilationError} when a source has an error.
 */
export function compileLenses(): string {
  // CommonJS without types, 9 MB: only the build and one test load it.
  const solc = createRequire(import.meta.url)('solc') as {
    readonly version: () => string
    readonly compile: (input: string) => string
  }
  if (!solc.version().startsWith(`${solcVersion}+`))
    throw new LensCompilationError({
      reason: `solc is ${solc.version()}, not ${solcVersion}`,
    })
  const files = ['StaticReader', ...lensNames].map((name) => `${name}.sol`)
  const input = {
    language: 'Solidity',
    sources: Object.fromEntries(
      files.map((file) => [
        file,
        { content: readFileSync(new URL(file, folder), 'utf8') },
      ]),
    ),
    settings: {
      optimizer: { enabled: true, runs: 200 },
      evmVersion: 'paris',
      metadata: { bytecodeHash: 'none' },
      outputSelection: { '*': { '*': ['evm.deployedBytecode.object'] } },
    },
  }
  const output = JSON.parse(solc.compile(JSON.stringify(input))) as Output
  const failures = output.errors?.filter((one) => one.severity === 'error')
  if (failures !== undefined && failures.length > 0)
    throw new LensCompilationError({
      reason: failures.map((one) => one.formattedMessage).join('\n'),
    })
  const lines = lensNames.map((name) => {
    const code: Hex = `0x${output.contracts?.[`${name}.sol`]?.[name]?.evm.deployedBytecode.object ?? ''}`
    return `/** ${name}.sol */\nexport const ${toConstantName(name)} =\n  '${code}'\n`
  })
  return [
    '// Generated from contracts/*.sol by "npm run lenses"; do not edit.',
    '',
    lines.join('\n'),
  ].join('\n')
}

function toConstantName(name: string): string {
  return `${name.slice(0, 1).toLowerCase()}${name.slice(1)}Code`
}

/** Thrown when the Solidity of a lens does not compile. */
export class LensCompilationError extends BehestError {
  readonly code = 'LENS_COMPILATION_FAILED'
  readonly retry = 'never'

  constructor(facts: { readonly reason: string }) {
    super(
      `The lenses do not compile: ${facts.reason}. Correct contracts/*.sol, or install the pinned solc.`,
      { facts },
    )
  }
}
