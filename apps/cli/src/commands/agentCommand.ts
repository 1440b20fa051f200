import { relative } from 'node:path'
import { parseArgs } from 'node:util'
import { exitCodes, UsageError } from '../exitCodes.js'
import { createAgentProject } from '../scaffold/createAgentProject.js'
import { toUserPath } from '../toUserPath.js'
import { agentDevCommand } from './agentDevCommand.js'

/** `behest agent new <folder>` and `behest agent dev`: what an author starts with. */
export async function agentCommand(
  commandArguments: readonly string[],
): Promise<number> {
  const [verb, ...rest] = commandArguments
  switch (verb) {
    case 'new':
      return agentNewCommand(rest)
    case 'dev':
      return agentDevCommand(rest)
    default:
      throw new UsageError(
        'Say what to do: behest agent new <folder>, or behest agent dev in it. (The registry’s agents: behest agents.)',
      )
  }
}

async function agentNewCommand(
  commandArguments: readonly string[],
): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...commandArguments],
    allowPositionals: true,
    options: {
      name: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  })
  const [folder, ...others] = positionals
  if (folder === undefined || folder === '' || others.length > 0)
    throw new UsageError('Give one folder: behest agent new <folder>.')
  const project = await createAgentProject({
    folder: toUserPath(folder),
    ...(values.name === undefined ? {} : { name: values.name }),
  })
  if (values.json) console.log(JSON.stringify(project, null, 2))
  else
    console.log(`${project.name} is in ${project.folder}, with key ${project.address}.

  cd ${relative(process.cwd(), project.folder) || '.'}
${project.isInstalled ? '' : '  npm install\n'}  npm test
  npm run dev`)
  return exitCodes.done
}
