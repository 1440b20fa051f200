import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { BehestError } from '@behest/spec'
import { buildProject, findCompiler } from '../dev/buildProject.js'
import { buildSample } from '../dev/buildSample.js'
import { type RunningAgent, runAgent } from '../dev/runAgent.js'
import { startInspector } from '../dev/startInspector.js'
import { watchFolder } from '../dev/watchFolder.js'
import { exitCodes, UsageError } from '../exitCodes.js'
import { readStackConfig } from '../stack/stackConfig.js'

/** `behest agent dev`: the agent of this folder, again after each change. */
export async function agentDevCommand(
  commandArguments: readonly string[],
): Promise<number> {
  const { values } = parseArgs({
    args: [...commandArguments],
    options: { port: { type: 'string', default: '4600' } },
  })
  const port = Number(values.port)
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new UsageError('--port must be 0 to 65535.')
  const folder = process.cwd()
  const compiler = findCompiler(folder)
  const { rpcUrl } = readStackConfig(process.env)
  let running: RunningAgent | undefined
  const inspector = await startInspector({
    port,
    buildSample: () =>
      buildSample({
        agentUrl: running?.url ?? inspector.url,
        rpcUrl,
        requestId: randomUUID(),
      }),
  })

  async function reload(): Promise<void> {
    inspector.setState({ type: 'building', says: '' })
    const { type, output } = await buildProject({ folder, compiler })
    if (type === 'failed') {
      console.error(output)
      inspector.setState({ type: 'failed', says: output })
      return
    }
    try {
      const next = await runAgent({
        folder,
        publicUrl: inspector.url,
        onOutput: (text) => process.stderr.write(text),
      })
      const previous = running
      running = next
      inspector.setAgent(next.url)
      inspector.setState({ type: 'running', says: '' })
      await previous?.stop()
      void next.ended.then(() => {
        if (running !== next) return
        inspector.setAgent(undefined)
        inspector.setState({ type: 'failed', says: 'the agent ended' })
      })
    } catch (error) {
      if (!BehestError.isInstance(error)) throw error
      console.error(error.message)
      inspector.setState({ type: 'failed', says: error.message })
    }
  }

  let work = reload()
  await work
  const isServed = running !== undefined
  console.log(`${inspector.url} ${isServed ? 'answers' : 'answers once it builds'}; ${inspector.pageUrl} shows each message.
Change src/ and it is built and served again. Ctrl-C ends it.`)
  const watcher = watchFolder({
    folder: join(folder, 'src'),
    onChange: () => {
      work = work.then(reload)
    },
  })
  await new Promise<void>((stop) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.once(signal, () => stop())
  })
  watcher.close()
  await work
  await running?.stop()
  await inspector.close()
  return exitCodes.done
}
