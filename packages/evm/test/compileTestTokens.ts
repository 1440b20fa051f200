import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Hex } from 'viem'

type Output = {
  readonly errors?: readonly {
    readonly severity: string
    readonly formattedMessage: string
  }[]
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

/** Compiles the tokens of `TestTokens.sol`; gives their creation code by name. */
export function compileTestTokens(): Readonly<Record<string, Hex>> {
  const solc = createRequire(import.meta.url)('solc') as {
    readonly compile: (input: string) => string
  }
  const content = readFileSync(
    new URL('./TestTokens.sol', import.meta.url),
    'utf8',
  )
  const output = JSON.parse(
    solc.compile(
      JSON.stringify({
        language: 'Solidity',
        sources: { 'TestTokens.sol': { content } },
        settings: {
          evmVersion: 'paris',
          outputSelection: { '*': { '*': ['evm.bytecode.object'] } },
        },
      }),
    ),
  ) as Output
  const [failure] = (output.errors ?? []).filter(
    (one) => one.severity === 'error',
  )
  if (failure !== undefined) throw new SyntaxError(failure.formattedMessage)
  return Object.fromEntries(
    Object.entries(output.contracts['TestTokens.sol'] ?? {}).map(
      ([name, contract]) => [name, `0x${contract.evm.bytecode.object}` as Hex],
    ),
  )
}
