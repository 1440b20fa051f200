# ready: Behest is ready
cd "$EXAMPLE_PLACE"
APPROVER=$(node "$EXAMPLES/approverKey.js")
cd "$OLDPWD"
#region start
BEHEST_APPROVERS=$APPROVER npm start
#endregion start
