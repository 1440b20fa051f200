import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { BehestError } from '@behest/spec'

/** Thrown when Solidity of the snapshot does not compile. */
export class CompilationFailedError extends BehestError {
  readonly code = 'DEVNET_COMPILATION_FAILED'
  readonly retry = 'never'

  constructor(facts: { readonly reason: string }) {
    super(
      `The Solidity sources do not compile: ${facts.reason}. Correct them, or install the pinned solc.`,
      { facts },
    )
  }
}

const solcVersion = '0.8.19'

type Compiler = {
  readonly version: () => string
  readonly compile: (input: string) => string
}

type CompilerOutput = {
  readonly errors?: readonly {
    readonly severity: string
    readonly formattedMessage: string
  }[]
  readonly contracts?: Readonly<
    Record<string, Readonly<Record<string, object>>>
  >
}

/**
 * Compiles Solidity with the pinned compiler.
 *
 * The output is kept in the cache under the hash of the input: Morpho alone
 * takes ten seconds, and the same input always gives the same output.
 *
 * @param options.sources - Source texts by path; imports must be among them.
 * @returns The compiler's output per contract name.
 * @throws {CompilationFailedError} when a source has an error.
 */
export async function compileSolidity(options: {
  readonly sources: ReadonlyMap<string, string>
  readonly settings: { readonly optimizerRuns: number; readonly viaIR: boolean }
  readonly cacheFolder: string
}): Promise<ReadonlyMap<string, object>> {
  const { sources, settings, cacheFolder } = options
  const input = JSON.stringify({
    language: 'Solidity',
    sources: Object.fromEntries(
      [...sources].map(([path, content]) => [path, { content }]),
    ),
    settings: {
      optimizer: { enabled: true, runs: settings.optimizerRuns },
      viaIR: settings.viaIR,
      evmVersion: 'paris',
      metadata: { bytecodeHash: 'none' },
      outputSelection: { '*': { '*': ['abi', 'evm.bytecode'] } },
    },
  })
  const hash = createHash('sha256')
    .update(solcVersion + input)
    .digest('hex')
  const cached = join(cacheFolder, `solc-${hash}.json`)
  if (!existsSync(cached)) await writeFile(cached, compile(input))

  const output = JSON.parse(await readFile(cached, 'utf8')) as CompilerOutput
  const contracts = new Map<string, object>()
  for (const byName of Object.values(output.contracts ?? {}))
    for (const [name, contract] of Object.entries(byName))
      contracts.set(name, contract)
  return contracts
}

function compile(input: string): string {
  // CommonJS without types, 9 MB: loaded only when something must be compiled.
  const solc = createRequire(import.meta.url)('solc') as Compiler
  if (!solc.version().startsWith(`${solcVersion}+`))
    throw new CompilationFailedError({
      reason: `solc is ${solc.version()}, not ${solcVersion}`,
    })
  const output = solc.compile(input)
  const failures = (JSON.parse(output) as CompilerOutput).errors?.filter(
    (one) => one.severity === 'error',
  )
  if (failures !== undefined && failures.length > 0)
    throw new CompilationFailedError({
      reason: failures.map((one) => one.formattedMessage).join('\n'),
    })
  return output
}
