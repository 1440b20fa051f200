import type { MigrationSet } from '../migrations/runMigrations.js'

const holderTables = `
create table holder_leg (
  id text primary key,
  position bigint generated always as identity,
  intent_id text not null,
  plan_hash bytea not null,
  step_id text not null,
  call_index int not null,
  chain text not null,
  chain_id bigint not null,
  account bytea not null,
  to_address bytea not null,
  value_wei numeric(78, 0) not null,
  data bytea not null,
  gas_limit bigint not null,
  deadline_unix_seconds bigint not null,
  gives_nothing boolean not null,
  state text not null check (state in
    ('waiting', 'asked', 'sent', 'final', 'reverted', 'not-sent')),
  is_overdue boolean not null default false,
  asked_nonce bigint,
  hash bytea,
  nonce bigint,
  block_number bigint,
  gas_used bigint,
  gas_price_wei numeric(78, 0),
  reason text,
  look_after timestamptz not null default now(),
  drawn_up_at timestamptz not null default now(),
  settled_at timestamptz,
  unique (plan_hash, step_id, call_index)
);
create index holder_leg_open on holder_leg (look_after)
  where settled_at is null;
create index holder_leg_of_intent on holder_leg (intent_id, position);
create unique index holder_leg_hash on holder_leg (chain_id, hash)
  where hash is not null;
`

/**
 * The table of transactions that holders' own wallets send: run it with
 * `runMigrations` after `journalSchema`.
 */
export const holderSchema: MigrationSet = {
  namespace: 'holder',
  migrations: [{ version: 1, name: 'holder-legs', sql: holderTables }],
}
