# ready: Behest is ready
#region start
npm start
#endregion start
