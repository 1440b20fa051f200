# ready: Behest is ready
#region start
BEHEST_EMBED_ORIGINS="https://shop.example https://www.shop.example" npm start
#endregion start
