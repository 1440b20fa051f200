# ready: Behest is ready
#region start
BEHEST_PRIVATE_RPC_URL=https://rpc.example npm start
#endregion start
