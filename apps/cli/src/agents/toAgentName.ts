import { agentNameSchema } from '@behest/spec'

/** Gives the name that an agent's id is made of: some cards use people's names. */
export function toAgentName(cardName: string): string {
  if (agentNameSchema.safeParse(cardName).success) return cardName
  const slug = cardName
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 63)
    .replace(/^-+|-+$/g, '')
  return slug === '' ? 'agent' : slug
}
