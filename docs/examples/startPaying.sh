# ready: Behest is ready
#region start
BEHEST_PAY_PER_INTENT=0.05 BEHEST_PAY_PER_DAY=1 npm start
#endregion start
