namespace Agentworks.State.Tables;

/// <summary>Token buckets. One that has never been used is full.</summary>
internal static class RateBucketTable
{
    /// <summary>How many tokens were left, and when that was.</summary>
    public static (double Tokens, DateTimeOffset At)? Find(Database database, string name) => database
        .Query("SELECT tokens, updated FROM rate_bucket WHERE name = $1", row => ((double, DateTimeOffset)?)(row.Real("tokens"), row.Time("updated")), name)
        .FirstOrDefault();

    public static void Put(Database database, string name, double tokens, DateTimeOffset at) => database.Execute(
        "INSERT INTO rate_bucket (name, tokens, updated) VALUES ($1, $2, $3) ON CONFLICT (name) DO UPDATE SET tokens = excluded.tokens, updated = excluded.updated",
        name, tokens, at);
}
