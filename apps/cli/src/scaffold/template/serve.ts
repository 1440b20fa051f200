import { readFileSync } from 'node:fs'
import { unlockKeystore } from '@behest/evm'
import { keepPublished, serveAgent } from '@behest/sdk'
import { agent } from './agent.js'

const { PORT, PUBLIC_URL, CHAIN_ID, BEHEST_REGISTRY_URL } = process.env
const chainId = Number(CHAIN_ID ?? 31337)

const signer = await unlockKeystore({
  path: '.keys/agent.json',
  password: readFileSync('.keys/password', 'utf8').trim(),
  chainId,
})
const server = await serveAgent(agent, {
  signer,
  port: Number(PORT ?? 4600),
  ...(PUBLIC_URL ? { publicUrl: PUBLIC_URL } : {}),
  onError: (error) => console.error(error),
})
console.log(`${agent.name} answers at ${server.url}`)

// With a registry named it lists itself there, for as long as it runs.
const publications = BEHEST_REGISTRY_URL
  ? server.agents.map((served) =>
      keepPublished({
        ...served,
        registryUrl: BEHEST_REGISTRY_URL,
        chainId,
        onError: (error) => console.error(error),
      }),
    )
  : []

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, async () => {
    for (const publication of publications) publication.stop()
    await server.close()
  })
