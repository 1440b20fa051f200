/** An agent lists itself in a registry, is found live, and takes itself off. */
import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import { createRegistryClient } from '@behest/client'
import { keepPublished, serveAgent } from '@behest/sdk'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { payAgent } from './payAgent.js'

const { BEHEST_REGISTRY_PORT = '4100' } = process.env
const registryUrl = `http://127.0.0.1:${BEHEST_REGISTRY_PORT}`
const signer = privateKeyToAccount(generatePrivateKey())

//#region publish
const server = await serveAgent(payAgent, { signer })
const publications = server.agents.map((served) =>
  keepPublished({
    ...served,
    registryUrl,
    chainId: 31337,
    onError: (error) => console.error(error),
  }),
)
await Promise.all(publications.map(({ published }) => published))
//#endregion publish

const [publication] = publications
assert.ok(publication)
const registry = createRegistryClient({ baseUrl: registryUrl })
for (let tries = 0; tries < 50; tries += 1) {
  const { status } = await registry.get(publication.agentId)
  if (status === 'live') break
  await wait(200)
}

//#region find
const { results } = await registry.search({
  q: 'send some of my tokens to a friend',
  action: 'transfer',
})
for (const { name, status, score, why } of results)
  console.log(score.toFixed(3), name, status, why.join('; '))
//#endregion find
const found = results.find(({ agentId }) => agentId === publication.agentId)
assert.equal(found?.status, 'live')

await publication.remove()
await assert.rejects(registry.get(publication.agentId), { status: 404 })
await server.close()
