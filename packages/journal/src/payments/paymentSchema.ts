import type { MigrationSet } from '../migrations/runMigrations.js'

const paymentTables = `
create table agent_payment (
  id text primary key,
  position bigint generated always as identity,
  intent_id text not null,
  step_id text not null,
  agent_id text not null,
  request_id text not null unique,
  request_unix_seconds bigint not null,
  chain_id bigint not null,
  token_address bytea not null,
  token_symbol text not null,
  token_decimals int not null,
  units numeric(78, 0) not null check (units > 0),
  payer bytea not null,
  pay_to bytea not null,
  nonce bytea not null,
  valid_before_unix_seconds bigint not null,
  payload text not null,
  request text not null,
  answer text,
  state text not null check (state in ('signed', 'settled', 'unspent')),
  transaction bytea,
  run_id text not null,
  created_at timestamptz not null default now(),
  unique (chain_id, token_address, payer, nonce)
);
create index agent_payment_of_intent on agent_payment (intent_id, position);
create index agent_payment_of_day on agent_payment (created_at);
create index agent_payment_signed on agent_payment (valid_before_unix_seconds)
  where state = 'signed';
`

const askers = `
alter table agent_payment add column asker bytea;
`

/** The tables of what agents were paid: run them with `runMigrations`. */
export const paymentSchema: MigrationSet = {
  namespace: 'payments',
  migrations: [
    { version: 1, name: 'payments', sql: paymentTables },
    { version: 2, name: 'askers', sql: askers },
  ],
}
