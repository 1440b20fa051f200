/**
 * Signed policies, which of them holds, and what was spent under them. Bodies
 * are kept as they were signed, byte for byte.
 */
export const policyTables = `
create table policy (
  account bytea not null,
  chain_id bigint not null,
  sequence bigint not null,
  hash bytea not null,
  body text not null,
  signature bytea not null,
  recipients_from text not null,
  activated_at timestamptz not null default now(),
  primary key (account, chain_id, sequence)
);
create table policy_state (
  account bytea not null,
  chain_id bigint not null,
  sequence bigint not null,
  killed_at timestamptz,
  killed_why text,
  primary key (account, chain_id)
);
create table policy_spend (
  plan_hash bytea primary key,
  account bytea not null,
  chain_id bigint not null,
  intent_id text not null,
  usd_e8 numeric(78, 0) not null,
  approved_by text not null,
  at timestamptz not null default now(),
  released_at timestamptz
);
create index policy_spend_of_day on policy_spend (account, chain_id, at)
  where released_at is null;
create index policy_spend_of_intent on policy_spend (intent_id)
  where released_at is null;
`
