/** Builds the README of an agent's project. */
export function buildReadme(options: {
  readonly name: string
  readonly isInstalled: boolean
}): string {
  const { name, isInstalled } = options
  return `# ${name}

An agent of [Behest](https://github.com/behest/behest). It is asked in typed requests and answers with signed, expiring quotes; it never holds anybody's keys and never sends anything.

\`\`\`sh
${isInstalled ? '' : 'npm install      # links the Behest packages of the checkout beside it (file:)\n'}npm test         # the contract that every agent is held to, and its own tests
npm run dev      # serves it at http://127.0.0.1:4600, again after each change;
                 # http://127.0.0.1:4600/_inspector shows each message
npm run publish  # lists it in the registry at http://127.0.0.1:4100, for a day
npm run doctor   # what the registry sees, and what to do about it
\`\`\`

\`publish\` and \`doctor\` need a registry: \`npm start\` in the checkout. In earnest, \`npm run build\` and \`BEHEST_REGISTRY_URL=http://127.0.0.1:4100 npm start\`: the agent then lists itself and renews its lease for as long as it runs.

| file | holds |
|---|---|
| \`src/agent.ts\` | the agent: what it serves, its limits, and how it quotes |
| \`src/examples.ts\` | requests in people's words, by which it is found |
| \`src/agent.test.ts\` | the contract suite with requests of yours, and your tests |
| \`src/serve.ts\` | its server |
| \`.keys/\` | its key. It is the agent's identity and its reputation: keep a copy, share it with nobody, commit it nowhere |

The \`@behest/*\` packages are linked from the checkout by path (\`file:\` in \`package.json\`): move the project and the paths change with it.
`
}
