import type { Address } from '@behest/spec'

/**
 * Builds the text that an account's holder signs to let a chat speak for it.
 *
 * @param options.id - Which chat, with its platform: `telegram:123456`.
 * @param options.account - Whose money the chat will be about.
 * @param options.chainId - The chain of the server.
 * @param options.issuedAt - ISO 8601; good for a quarter of an hour.
 * @returns Lines of plain text, to be signed as EIP-191 has it.
 */
export function toChatLinkMessage(options: {
  readonly id: string
  readonly account: Address
  readonly chainId: number
  readonly issuedAt: string
}): string {
  return [
    `Behest: let the chat ${options.id} speak for my account.`,
    '',
    'Whoever writes in that chat can order and approve in my name.',
    '',
    `Account: ${options.account.toLowerCase()}`,
    `Chain: ${options.chainId}`,
    `Issued: ${options.issuedAt}`,
  ].join('\n')
}
