import { createRequire } from 'node:module'
import type { Hex } from 'viem'

/** Compiles one contract of the tests to its creation code. */
export function compileSolidity(options: {
  readonly name: string
  readonly source: string
  readonly optimizerRuns?: number
}): Hex {
  const { name, source, optimizerRuns } = options
  const file = `${name}.sol`
  const solc = createRequire(import.meta.url)('solc') as {
    readonly compile: (input: string) => string
  }
  const output = JSON.parse(
    solc.compile(
      JSON.stringify({
        language: 'Solidity',
        sources: { [file]: { content: source } },
        settings: {
          evmVersion: 'paris',
          ...(optimizerRuns === undefined
            ? {}
            : { optimizer: { enabled: true, runs: optimizerRuns } }),
          outputSelection: { '*': { '*': ['evm.bytecode.object'] } },
        },
      }),
    ),
  ) as {
    readonly contracts: Readonly<
      Record<
        string,
        Readonly<
          Record<
            string,
            { readonly evm: { readonly bytecode: { object: string } } }
          >
        >
      >
    >
  }
  return `0x${output.contracts[file]?.[name]?.evm.bytecode.object ?? ''}`
}
