import { keepPublished, serveAgent } from '@behest/sdk'
import { privateKeyToAccount } from 'viem/accounts'
import { payAgent } from '../define/defineAgent.examples.js'

export async function publish(privateKey: `0x${string}`) {
  const signer = privateKeyToAccount(privateKey)
  //#region publish
  const server = await serveAgent([payAgent], { signer })
  const publications = server.agents.map((served) =>
    keepPublished({
      ...served,
      registryUrl: 'http://127.0.0.1:4100',
      chainId: 31337,
    }),
  )
  await Promise.all(publications.map(({ published }) => published))
  //#endregion publish
  return { server, publications }
}
