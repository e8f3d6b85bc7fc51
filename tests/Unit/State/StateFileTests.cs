using System.Runtime.Versioning;
using Agentworks.Errors;
using Agentworks.State;
using Microsoft.Data.Sqlite;

namespace Agentworks.Tests.Unit.State;

public sealed class StateFileTests : IDisposable
{
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_foreign_file_is_refused_and_left_alone()
    {
        Run(folder.Database, "CREATE TABLE theirs (x); PRAGMA user_version = 1");
        var before = File.ReadAllBytes(folder.Database);

        Refused();
        Assert.Equal(before, File.ReadAllBytes(folder.Database));
    }

    [Fact]
    public void A_newer_file_is_refused_and_left_alone()
    {
        Make();
        Run(folder.Database, "PRAGMA user_version = 999");
        var before = File.ReadAllBytes(folder.Database);

        Assert.Contains("999", Refused().Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(folder.Database));
        Assert.False(Directory.Exists(Path.Combine(folder.Home, "backups")));
    }

    [Fact]
    public void Text_an_empty_file_and_a_folder_in_its_place_are_refused()
    {
        File.WriteAllText(folder.Database, "this is no database, and it is long enough to be looked at as one");
        Refused();
        File.WriteAllText(folder.Database, string.Empty);
        Refused();
        File.WriteAllBytes(folder.Database, new byte[8192]);
        Refused();
        File.Delete(folder.Database);
        Directory.CreateDirectory(folder.Database);
        Refused();
    }

    [Fact]
    public void A_file_where_the_folder_should_be_is_refused()
    {
        var home = Path.Combine(folder.Home, "file");
        File.WriteAllText(home, string.Empty);
        Assert.NotNull(Assert.Throws<StateFileException>(() => StateStore.Open(home, TimeProvider.System)).Recommendation);
        Assert.Throws<StateFileException>(() => StateStore.Open(Path.Combine(home, "below"), TimeProvider.System));
    }

    [Fact]
    public async Task A_log_without_its_file_is_not_mixed_into_a_new_one()
    {
        await CutOff();
        File.Delete(folder.Database);
        Refused();
    }

    [Fact]
    public void What_a_killed_maker_left_does_not_disturb()
    {
        File.WriteAllText(folder.Database + ".new", "half");
        Make();
        Assert.False(File.Exists(folder.Database + ".new"));
    }

    [Fact]
    public void A_folder_that_others_use_keeps_its_mode()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        const UnixFileMode open = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
        File.SetUnixFileMode(folder.Home, open);
        File.WriteAllText(Path.Combine(folder.Home, "somebody-elses"), string.Empty);
        Make();
        Assert.Equal(open, File.GetUnixFileMode(folder.Home));
    }

    [Fact]
    public void Damage_comes_with_the_way_back()
    {
        var backups = Directory.CreateDirectory(Path.Combine(folder.Home, "backups")).FullName;
        var newest = Path.Combine(backups, "agentworks-20260102T000000000Z-v1.db");
        File.WriteAllText(Path.Combine(backups, "agentworks-20260101T000000000Z-v1.db"), string.Empty);
        File.WriteAllText(newest, string.Empty);
        File.WriteAllText(folder.Database, string.Empty);

        Assert.Contains(newest, Refused().Recommendation, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_the_first_release_is_brought_up_to_date()
    {
        StateStore.Open(folder.Home, TimeProvider.System, [.. Migration.All.Take(1)]).Dispose();
        Make();

        Assert.Equal((long)Latest, Ask(folder.Database, "PRAGMA user_version"));
    }

    [Fact]
    public void A_migration_keeps_the_records_and_backs_them_up_first()
    {
        Make();
        using (var migrated = Open(new Migration(Latest + 1, "ALTER TABLE vm ADD COLUMN extra TEXT"), new Migration(Latest + 2, "CREATE TABLE more (x)")))
        {
            Assert.Equal(2, migrated.Read(reader => reader.ListVms()).Count);
        }

        Assert.Equal(Latest + 2L, Ask(folder.Database, "PRAGMA user_version"));
        var backup = Assert.Single(Directory.GetFiles(Path.Combine(folder.Home, "backups")));
        Assert.Equal((long)Latest, Ask(backup, "PRAGMA user_version"));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(backup));
        }

        // The backup is a state file: put in place, it opens.
        File.Copy(backup, folder.Database, overwrite: true);
        using var restored = StateStore.Open(folder.Home, TimeProvider.System);
        Assert.Equal(2, restored.Read(reader => reader.ListVms()).Count);
    }

    [Fact]
    public void A_file_that_was_migrated_meanwhile_is_not_touched_any_more()
    {
        using var old = StateStore.Open(folder.Home, TimeProvider.System);
        old.Read(reader => reader.ListVms());
        Open(new Migration(Latest + 1, "CREATE TABLE more (x)")).Dispose();

        Assert.Throws<StateFileException>(() => old.Read(reader => reader.ListVms()));
        Assert.Throws<StateFileException>(() => old.Write(writer => writer.Insert(Sample.Vm("one"))));
    }

    [Theory]
    [InlineData("CREATE TABLE more (x); CREATE TABLE vm (x)")]
    [InlineData("PRAGMA defer_foreign_keys = ON; DELETE FROM vm WHERE id = 'one'")]
    public void A_migration_that_fails_changes_nothing(string sql)
    {
        Make();

        var e = Assert.Throws<StateFileException>(() => Open(new Migration(Latest + 1, "CREATE TABLE fine (x)"), new Migration(Latest + 2, sql)));

        Assert.Contains(Path.Combine(folder.Home, "backups"), e.Recommendation, StringComparison.Ordinal);
        Assert.Equal(Latest + 1L, Ask(folder.Database, "PRAGMA user_version"));
        Assert.Equal(0L, Ask(folder.Database, "SELECT count(*) FROM sqlite_master WHERE name = 'more'"));
        Assert.Equal(2L, Ask(folder.Database, "SELECT count(*) FROM vm"));
    }

    [Fact]
    public async Task Every_damaged_copy_opens_or_is_refused()
    {
        await CutOff();
        Assert.True(new FileInfo(folder.Database + "-wal").Length > 0);
        var live = Pristine();
        Make(folder.Home);
        var closed = Pristine();
        var opened = 0;
        for (var seed = 0; seed < 300; seed++)
        {
            using var copy = new TestFolder();
            Damage(seed % 2 == 0 ? closed : live, copy.Home, new Random(seed));
            try
            {
                using var store = StateStore.Open(copy.Home, TimeProvider.System);
                opened++;
                Exercise(store);
            }
            catch (StateFileException e)
            {
                Assert.NotNull(e.Recommendation);
            }
        }

        Assert.InRange(opened, 1, 299);
    }

    [NeedsFact("unshare", "--mount", "true")]
    public async Task A_full_disk_is_told_and_changes_nothing()
    {
        // A worker in a mount namespace of its own, with a small disk over the folder.
        string[] small = ["unshare", "--mount", "sh", "-c", $"mount -t tmpfs -o size=1m agw '{folder.Home}' && exec \"$@\"", "sh"];
        using var empty = new WorkerProcess(small, ["small", folder.Home]);
        var output = await empty.ReadToEndAsync();

        Assert.Contains("StateWrite: ", output, StringComparison.Ordinal);
        Assert.EndsWith("kept", output.TrimEnd(), StringComparison.Ordinal);
    }

    [UnsupportedOSPlatform("windows")]
    [NeedsFact("setpriv", "--reuid", "65534", "true")]
    public async Task A_file_out_of_reach_is_refused()
    {
        Make();
        File.SetUnixFileMode(folder.Home, File.GetUnixFileMode(folder.Home) | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        using var stranger = new WorkerProcess(["setpriv", "--reuid", "65534", "--clear-groups"], ["open", folder.Home]);
        Assert.StartsWith("StateFile: ", await stranger.ReadToEndAsync(), StringComparison.Ordinal);
    }

    private static void Exercise(StateStore store)
    {
        try
        {
            store.Read(reader =>
            {
                reader.ListVms();
                reader.ListWorkspaces();
                reader.ListAgents();
                reader.ListSessions();
                reader.ListGrants();
                return reader.CountSessionsByWorkspace();
            });
            store.Journal.List();
            store.Write(writer => writer.Insert(Sample.Vm("extra")));
            store.Write(writer => writer.DeleteVm("one"));
            store.Journal.Begin("Test", "VM", "x", "x", "{}").Complete();
        }
        catch (Exception e) when (e is StateWriteException or AlreadyExistsException)
        {
            Assert.NotNull(((AgentworksException)e).Recommendation);
        }
    }

    private static void Damage((byte[] File, byte[]? Log) original, string home, Random random)
    {
        var file = (byte[])original.File.Clone();
        var log = (byte[]?)original.Log?.Clone();
        var victim = log is not null && random.Next(3) == 0 ? log : file;
        switch (random.Next(5))
        {
            case 0:
                Array.Resize(ref file, random.Next(file.Length));
                break;
            case 1:
                victim.AsSpan(random.Next(victim.Length / 4096) * 4096, 4096).Clear();
                break;
            case 2:
                random.NextBytes(victim.AsSpan(random.Next(victim.Length - 100), 100));
                break;
            case 3:
                victim[random.Next(100)] ^= (byte)(1 << random.Next(8));
                break;
            default:
                for (var i = 0; i < 20; i++)
                {
                    victim[random.Next(victim.Length)] ^= (byte)(1 << random.Next(8));
                }

                break;
        }

        File.WriteAllBytes(Path.Combine(home, "agentworks.db"), file);
        if (log is not null)
        {
            File.WriteAllBytes(Path.Combine(home, "agentworks.db-wal"), log);
        }
    }

    private static void Make(string home)
    {
        using var store = StateStore.Open(home, TimeProvider.System);
        if (store.Read(reader => reader.FindVm("one")) is null)
        {
            Sample.Fill(store);
        }
    }

    private static void Run(string file, string sql) => Ask(file, sql);

    private static object? Ask(string file, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteScalar();
    }

    private void Make() => Make(folder.Home);

    private static int Latest => Migration.All.Count;

    private StateStore Open(params Migration[] more) => StateStore.Open(folder.Home, TimeProvider.System, [.. Migration.All, .. more]);

    private StateFileException Refused()
    {
        var e = Assert.Throws<StateFileException>(() => StateStore.Open(folder.Home, TimeProvider.System));
        Assert.False(string.IsNullOrEmpty(e.Recommendation));
        return e;
    }

    /// <summary>Leaves the file as a process does that was killed while it worked, with changes still in the log.</summary>
    private async Task CutOff()
    {
        Make();
        using var worker = new WorkerProcess("journal", folder.Home, "one", "one");
        await worker.ReadLineAsync();
        worker.Kill();
    }

    private (byte[] File, byte[]? Log) Pristine() =>
        (File.ReadAllBytes(folder.Database), File.Exists(folder.Database + "-wal") ? File.ReadAllBytes(folder.Database + "-wal") : null);
}
