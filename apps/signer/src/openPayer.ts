import { join } from 'node:path'
import {
  authorizationAbi,
  type ChainDeployment,
  createChainPort,
  readPaymentToken,
} from '@behest/evm'
import {
  createPaymentSigner,
  type FirewallChain,
  type KeyVault,
  openPaymentBook,
  type PaymentBook,
} from '@behest/signer'
import { type PaymentSignerPort, toUnits } from '@behest/spec'

type Verdict = Parameters<
  NonNullable<Parameters<typeof createPaymentSigner>[0]['onVerdict']>
>[0]

/**
 * Opens the key that pays agents, where the operator allows paying at all and
 * the chain has a token for it.
 *
 * @param options.limits - The most per intent and per day, in USDC.
 */
export async function openPayer(options: {
  readonly limits: { readonly perIntent: string; readonly perDay: string }
  readonly vault: KeyVault
  readonly rpcUrl: string
  readonly deployment: ChainDeployment
  readonly chain: FirewallChain
  readonly signerFolder: string
  readonly readHalt: () => string | null
  readonly onVerdict: (verdict: Verdict) => void
}): Promise<{
  readonly payments: PaymentSignerPort
  readonly book: PaymentBook
} | null> {
  const { limits, vault, rpcUrl, deployment, chain } = options
  const listed = deployment.tokens.find(({ symbol }) => symbol === 'USDC')
  if (listed === undefined || listed.address === 'native') return null
  const { address, symbol, decimals } = listed
  const caps = {
    perIntentUnits: toUnits(limits.perIntent, decimals),
    perDayUnits: toUnits(limits.perDay, decimals),
  }
  if (caps.perIntentUnits === 0n || caps.perDayUnits === 0n) return null
  const { client } = createChainPort({ rpcUrl, deployment })
  const token = await readPaymentToken({ client, address, symbol })
  if (token === null) return null
  const account = await vault.unlock('payer')
  const book = openPaymentBook(join(options.signerFolder, 'payments.ndjson'))
  const payments = createPaymentSigner({
    address: account.address,
    unlock: () => vault.unlock('payer'),
    token,
    caps,
    chain: {
      readIdentity: chain.readIdentity,
      readHead: chain.readHead,
      readIsTaken: ({ payer, nonce }) =>
        client.readContract({
          address: token.address,
          abi: authorizationAbi,
          functionName: 'authorizationState',
          args: [payer, nonce],
        }),
    },
    book,
    readNowMs: () => Date.now(),
    readHalt: options.readHalt,
    onVerdict: options.onVerdict,
  })
  return { payments, book }
}
