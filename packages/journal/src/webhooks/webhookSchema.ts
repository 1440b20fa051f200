import type { MigrationSet } from '../migrations/runMigrations.js'

/** The table of webhooks. It refers to intents: run `journalSchema` first. */
export const webhookSchema: MigrationSet = {
  namespace: 'webhook',
  migrations: [
    {
      version: 1,
      name: 'webhooks',
      sql: `
create table webhook (
  intent_id text not null references intent on delete cascade,
  id text not null,
  url text not null,
  headers text not null,
  body text not null,
  last_sequence int not null,
  failures int not null default 0,
  due_at timestamptz not null default now(),
  ended_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (intent_id, id)
);
create index webhook_due on webhook (due_at) where ended_at is null;
`,
    },
  ],
}
