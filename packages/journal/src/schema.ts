import type { MigrationSet } from './migrations/runMigrations.js'

/**
 * Texts that people wrote (`utterance`, `message`, `problem`) are kept as JSON
 * text: that way every string comes back as it went in, also one that
 * PostgreSQL's own text type refuses.
 */
const intentTables = `
create table intent (
  id text primary key,
  position bigint generated always as identity,
  principal text not null,
  idempotency_key text,
  body_hash bytea not null,
  account bytea not null,
  chain_id bigint not null,
  utterance text not null,
  stage text not null,
  status text not null,
  problem text,
  version int not null default 1,
  last_sequence int not null default 0,
  due_at timestamptz default now(),
  runs int not null default 0,
  lease_owner text,
  lease_until timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create unique index intent_key on intent (principal, idempotency_key)
  where idempotency_key is not null;
create unique index intent_newest on intent (position desc);
create index intent_newest_of_account on intent (account, position desc);
create index intent_due on intent (due_at) where due_at is not null;

create table artifact (
  intent_id text not null references intent on delete cascade,
  stage text not null,
  revision int not null,
  hash bytea not null,
  parent_hash bytea,
  body text not null,
  created_at timestamptz not null default now(),
  superseded_at timestamptz,
  primary key (intent_id, stage, revision)
);
create unique index artifact_current on artifact (intent_id, stage)
  where superseded_at is null;

create table event (
  intent_id text not null references intent on delete cascade,
  sequence int not null,
  type text not null,
  stage text not null,
  status text not null,
  message text not null,
  at timestamptz not null default now(),
  primary key (intent_id, sequence)
);

create table message (
  intent_id text not null references intent on delete cascade,
  sequence bigint generated always as identity,
  type text not null,
  key text not null,
  body text not null,
  created_at timestamptz not null default now(),
  consumed_at timestamptz,
  primary key (intent_id, type, key)
);
create index message_waiting on message (intent_id, sequence)
  where consumed_at is null;

create table approval (
  plan_hash bytea primary key,
  intent_id text not null,
  by bytea not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  consumed_by text unique,
  consumed_at timestamptz
);
create index approval_of_intent on approval (intent_id);

create table idempotency (
  principal text not null,
  key text not null,
  body_hash bytea not null,
  status int,
  answer text,
  started_at timestamptz not null default now(),
  locked_until timestamptz not null,
  expires_at timestamptz not null,
  primary key (principal, key)
);
create index idempotency_expiry on idempotency (expires_at);
`

const outboxTables = `
create table sender (
  chain text not null,
  address bytea not null,
  next_nonce bigint not null,
  halted text,
  primary key (chain, address)
);

create table leg (
  id text primary key,
  position bigint generated always as identity,
  intent_id text not null,
  plan_hash bytea not null references approval,
  step_id text not null,
  call_index int not null,
  chain text not null,
  chain_id bigint not null,
  sender bytea not null,
  to_address bytea not null,
  value_wei numeric(78, 0) not null,
  data bytea not null,
  gas_limit bigint not null,
  max_fee_cap_wei numeric(78, 0) not null,
  deadline_unix_seconds bigint not null,
  depth int not null,
  previous_id text references leg,
  state text not null,
  nonce bigint,
  reason text,
  queued_at timestamptz not null default now(),
  settled_at timestamptz,
  unique (plan_hash, step_id, call_index)
);
create unique index leg_nonce on leg (chain, sender, nonce)
  where nonce is not null;
create index leg_open on leg (chain, sender, position)
  where state in ('QUEUED', 'SIGNED', 'SENT', 'CANCELLING', 'MINED');
create index leg_of_intent on leg (intent_id);

create table attempt (
  hash bytea primary key,
  position bigint generated always as identity,
  leg_id text not null references leg,
  kind text not null,
  raw bytea not null,
  nonce bigint not null,
  max_fee_wei numeric(78, 0) not null,
  tip_wei numeric(78, 0) not null,
  signed_at timestamptz not null default now(),
  offered_at timestamptz,
  offered_block bigint,
  last_answer text,
  block_number bigint,
  block_hash bytea,
  status text,
  gas_used bigint,
  gas_price_wei numeric(78, 0)
);
create index attempt_of_leg on attempt (leg_id, position);
create unique index attempt_mined on attempt (leg_id)
  where block_hash is not null;

create table halt (
  scope text primary key,
  reason text not null,
  at timestamptz not null default now()
);
`

const legAuthorization = `
alter table leg add column code_authorization text;
`

const legHalts = `
alter table leg add column on_behalf_of bytea;
alter table leg add column gives_nothing boolean not null default false;
`

const intentsByChange = `
create index intent_by_change on intent (updated_at desc, position desc);
create index intent_by_change_of_account on intent
  (account, updated_at desc, position desc);
`

/** The journal's tables: run them with `runMigrations` before anything else. */
export const journalSchema: MigrationSet = {
  namespace: 'journal',
  migrations: [
    { version: 1, name: 'intents', sql: intentTables },
    { version: 2, name: 'outbox', sql: outboxTables },
    { version: 3, name: 'leg-authorization', sql: legAuthorization },
    { version: 4, name: 'leg-halts', sql: legHalts },
    { version: 5, name: 'intents-by-change', sql: intentsByChange },
  ],
}

const keptAnswerTables = `
create table kept_answer (
  principal text not null,
  key text not null,
  body_hash bytea not null,
  status int,
  answer text,
  location text,
  started_at timestamptz not null default now(),
  locked_until timestamptz not null,
  expires_at timestamptz not null,
  primary key (principal, key)
);
create index kept_answer_expiry on kept_answer (expires_at);
`

/** The table of answers that are given again; each API's database has one. */
export const idempotencySchema: MigrationSet = {
  namespace: 'idempotency',
  migrations: [{ version: 1, name: 'kept-answers', sql: keptAnswerTables }],
}
