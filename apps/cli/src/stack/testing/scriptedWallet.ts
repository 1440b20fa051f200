import type { Page } from 'playwright-core'

/** What a scripted wallet does when it is asked. */
export type ScriptedWallet = {
  readonly address: string
  readonly chainId: string
  /** Signs typed data, given as JSON. */
  readonly sign?: (json: string) => Promise<string>
  /** Signs a text that people can read, given as hexadecimal. */
  readonly signText?: (hex: string) => Promise<string>
  readonly send?: (request: never) => Promise<string>
}

/**
 * Puts a wallet into a page before it loads: it announces itself (EIP-6963), and
 * answers as scripted. The page finds `walletCalls`, `walletGoesTo(chainId)`, and
 * sets `walletRefuses`.
 */
export async function addWallet(
  page: Page,
  wallet: ScriptedWallet,
): Promise<void> {
  const { address, chainId } = wallet
  const nothing = async (): Promise<string> => '0x'
  await page.exposeFunction('walletSigns', wallet.sign ?? nothing)
  await page.exposeFunction('walletSignsText', wallet.signText ?? nothing)
  await page.exposeFunction('walletSends', wallet.send ?? nothing)
  await page.addInitScript(
    (given) => {
      const calls: string[] = []
      const listeners: (() => void)[] = []
      let shownChainId = given.chainId
      const world = window as unknown as {
        walletRefuses?: boolean
        walletSigns: (json: string) => Promise<string>
        walletSignsText: (hex: string) => Promise<string>
        walletSends: (request: unknown) => Promise<string>
      }
      Object.assign(window, {
        walletCalls: calls,
        walletGoesTo: (chain: string) => {
          shownChainId = chain
          for (const listener of listeners) listener()
        },
      })
      const provider = {
        request: async ({
          method,
          params,
        }: {
          method: string
          params?: unknown[]
        }) => {
          calls.push(method)
          if (method === 'eth_chainId') return shownChainId
          if (
            !/^(?:eth_signTypedData_v4|eth_sendTransaction|personal_sign)$/.test(
              method,
            )
          )
            return [given.address]
          // As wallets refuse: with a plain object.
          if (world.walletRefuses)
            throw { code: 4001, message: 'The person said no.' }
          if (method === 'eth_sendTransaction')
            return world.walletSends(params?.[0])
          return method === 'personal_sign'
            ? world.walletSignsText(String(params?.[0]))
            : world.walletSigns(String(params?.[1]))
        },
        on: (_event: string, listener: () => void) => listeners.push(listener),
        removeListener: () => undefined,
      }
      window.addEventListener('eip6963:requestProvider', () => {
        for (const detail of [
          { info: { uuid: 'broken' }, provider: {} },
          {
            info: { uuid: 'w1', name: 'Scripted', rdns: 'test.scripted' },
            provider,
          },
        ])
          window.dispatchEvent(
            new CustomEvent('eip6963:announceProvider', { detail }),
          )
      })
    },
    { address, chainId },
  )
}
