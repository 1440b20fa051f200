import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { BehestError, type Hex } from '@behest/spec'

const solcVersion = '0.8.19'

type Output = {
  readonly errors?: readonly {
    readonly severity: string
    readonly formattedMessage: string
  }[]
  readonly contracts?: Readonly<
    Record<
      string,
      Readonly<Record<string, { readonly evm: Record<string, Code> }>>
    >
  >
}
type Code = { readonly object: string }

/**
 * Compiles Solidity with the pinned compiler.
 *
 * @param options.folder - Where the files are.
 * @param options.files - Their names; each holds a contract of its name, or is
 *   there to be imported.
 * @param options.output - `deployedBytecode`: what a node runs; `bytecode`: what
 *   makes it.
 * @param options.pipeline - `ir` takes longer and has room for more variables.
 * @returns The code of the contract of a name.
 * @throws {LensCompilationError} when a source has an error.
 */
export function compileContracts(options: {
  readonly folder: URL
  readonly files: readonly string[]
  readonly output: 'bytecode' | 'deployedBytecode'
  readonly pipeline: 'legacy' | 'ir'
}): (name: string) => Hex {
  const { folder, files, output, pipeline } = options
  // CommonJS without types, 9 MB: only the build and one test load it.
  const solc = createRequire(import.meta.url)('solc') as {
    readonly version: () => string
    readonly compile: (input: string) => string
  }
  if (!solc.version().startsWith(`${solcVersion}+`))
    throw new LensCompilationError({
      reason: `solc is ${solc.version()}, not ${solcVersion}`,
    })
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
      ...(pipeline === 'ir' ? { viaIR: true } : {}),
      evmVersion: 'paris',
      metadata: { bytecodeHash: 'none' },
      outputSelection: { '*': { '*': [`evm.${output}.object`] } },
    },
  }
  const compiled = JSON.parse(solc.compile(JSON.stringify(input))) as Output
  const failures = compiled.errors?.filter((one) => one.severity === 'error')
  if (failures !== undefined && failures.length > 0)
    throw new LensCompilationError({
      reason: failures.map((one) => one.formattedMessage).join('\n'),
    })
  return (name) =>
    `0x${compiled.contracts?.[`${name}.sol`]?.[name]?.evm[output]?.object ?? ''}`
}

/** Thrown when our own Solidity does not compile. */
export class LensCompilationError extends BehestError {
  readonly code = 'LENS_COMPILATION_FAILED'
  readonly retry = 'never'

  constructor(facts: { readonly reason: string }) {
    super(
      `The contracts do not compile: ${facts.reason}. Correct contracts/*.sol, or install the pinned solc.`,
      { facts },
    )
  }
}
