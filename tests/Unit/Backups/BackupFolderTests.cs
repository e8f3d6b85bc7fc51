using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Agentworks.Backups;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Model;
using Agentworks.State.Rows;
using Agentworks.Tests.Unit.State;

namespace Agentworks.Tests.Unit.Backups;

/// <summary>A backup folder is believed only as far as it proves itself.</summary>
public sealed class BackupFolderTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private readonly TestFolder _folder = new();
    private readonly BackupFolder _backup;

    public BackupFolderTests()
    {
        _backup = BackupFolder.Create(_folder.Home, "dev", Now);
        using (var file = _backup.CreateFile("workspaces/app.tar.zst"))
        {
            file.Write("archive"u8);
        }

        _backup.Complete(State(), Manifest());
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_was_written_is_read_again()
    {
        var manifest = _backup.ReadManifest();
        var state = await _backup.VerifyAsync(manifest, NullEventSink.Instance, CancellationToken.None);
        Assert.Equal(State().Workspaces[0], Assert.Single(state.Workspaces));
        var listed = Assert.Single(BackupFolder.List(_folder.Home));
        Assert.Equal(("dev", BackupStatus.Complete, 7L, Now), (listed.Vm, listed.Status, listed.Size, listed.Created));
    }

    [Theory]
    [InlineData("Format", "\"other\"")]
    [InlineData("Version", "2")]
    [InlineData("Archives", "null")]
    [InlineData("Archives/0/File", "\"../x.tar.zst\"")]
    [InlineData("Archives/0/File", "\"/etc/passwd\"")]
    [InlineData("Archives/0/File", "\"workspaces/a/../../b.tar.zst\"")]
    [InlineData("Archives/0/Packer", "\"sh\"")]
    [InlineData("Archives/0/Kind", "\"root\"")]
    public void A_manifest_of_something_else_is_refused(string path, string value)
    {
        Change("manifest.json", path, value);
        Assert.Throws<BackupInvalidException>(_backup.ReadManifest);
        Assert.Equal(BackupStatus.Unreadable, Assert.Single(BackupFolder.List(_folder.Home)).Status);
    }

    [Fact]
    public async Task A_changed_state_or_archive_is_refused()
    {
        var manifest = _backup.ReadManifest();
        Change("state.json", "Vm/AdminUser", "\"root\"");
        await RefusedAsync(manifest);
        await File.WriteAllTextAsync(Path.Combine(_backup.Path, "workspaces", "app.tar.zst"), "changed");
        await RefusedAsync(manifest with { StateSha256 = Convert.ToHexString(SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(_backup.Path, "state.json")))).ToLowerInvariant() });
    }

    [Fact]
    public void A_folder_without_a_manifest_is_incomplete()
    {
        File.Delete(Path.Combine(_backup.Path, "manifest.json"));
        Assert.True(BackupFolder.IsUnfinished(_backup.Path));
        Assert.Equal(BackupStatus.Incomplete, Assert.Single(BackupFolder.List(_folder.Home)).Status);
        Directory.CreateDirectory(Path.Combine(_folder.Home, "holiday-photos"));
        Assert.False(BackupFolder.IsUnfinished(Path.Combine(_folder.Home, "holiday-photos")));
        Assert.Single(BackupFolder.List(_folder.Home));
    }

    [Theory]
    [InlineData("Workspaces/0/Name", "\"../up\"")]
    [InlineData("Workspaces/0/LinuxGroup", "\"x\\ny z\"")]
    [InlineData("Vm/AdminUser", "\"a b\"")]
    [InlineData("Agents/0/LinuxUser", "\"$(id)\"")]
    [InlineData("Grants/0/WorkspaceId", "\"nowhere\"")]
    public async Task Records_that_no_machine_could_have_are_refused(string path, string value)
    {
        Change("state.json", path, value);
        var manifest = _backup.ReadManifest() with { StateSha256 = Convert.ToHexString(SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(_backup.Path, "state.json")))).ToLowerInvariant() };
        var state = await _backup.VerifyAsync(manifest, NullEventSink.Instance, CancellationToken.None);
        Assert.ThrowsAny<AgentworksException>(() => new RestorePlan(state, manifest, new RestoreVm { Path = _backup.Path }));
    }

    [Fact]
    public void Users_and_names_become_those_that_are_asked_for()
    {
        var plan = new RestorePlan(State(), Manifest(), new RestoreVm { Path = _backup.Path, NamePrefix = "x-", NameSuffix = "-y" });
        var vm = Sample.Vm("new") with { AdminUser = "boss" };
        Assert.Equal("ws-app ws-x-app-y\nagt-coder agt-x-coder-y\nadmin boss", plan.Users(vm));
        Assert.Equal(("agt-x-coder-y", "/home/agt-x-coder-y"), plan.Home("agt-coder", vm, "/home/boss"));
        Assert.Equal(("boss", "/home/boss"), plan.Home("admin", vm, "/home/boss"));
        Assert.Null(plan.Home("stranger", vm, "/home/boss"));
        Assert.Throws<InvalidNameException>(() => new RestorePlan(State(), Manifest(), new RestoreVm { Path = _backup.Path, NamePrefix = "X " }));
    }

    private static BackupState State() => new()
    {
        Vm = Sample.Vm("dev"),
        Workspaces = [Sample.Workspace("app", "dev")],
        Agents = [Sample.Agent("coder", "dev") with { LinuxUser = "agt-coder" }],
        Sessions = [],
        Grants = [new GrantRow("coder", "app", GrantKind.Explicit)],
        Consoles = [],
        ConsoleSessions = [],
        Events = [],
    };

    private static BackupManifest Manifest() => new()
    {
        Format = BackupManifest.FormatName,
        Version = 1,
        Vm = "dev",
        VmId = "dev",
        Created = Now,
        Duration = TimeSpan.FromSeconds(1),
        Module = "0.1.0",
        Credentials = false,
        Workspaces = ["app"],
        Agents = ["coder"],
        Sessions = [],
        Archives =
        [
            new BackupArchive
            {
                Kind = BackupArchive.Workspace, Name = "app", File = "workspaces/app.tar.zst", Packer = "zstd", Size = 7,
                Sha256 = Convert.ToHexString(SHA256.HashData("archive"u8)).ToLowerInvariant(),
            },
        ],
        StateSha256 = string.Empty,
    };

    private async Task RefusedAsync(BackupManifest manifest) =>
        await Assert.ThrowsAsync<BackupInvalidException>(() => _backup.VerifyAsync(manifest, NullEventSink.Instance, CancellationToken.None));

    private void Change(string file, string path, string value)
    {
        var full = Path.Combine(_backup.Path, file);
        var root = JsonNode.Parse(File.ReadAllText(full))!;
        var parts = path.Split('/');
        var node = parts[..^1].Aggregate(root, (at, part) => int.TryParse(part, System.Globalization.CultureInfo.InvariantCulture, out var index) ? at[index]! : at[part]!);
        node[parts[^1]] = JsonNode.Parse(value);
        File.WriteAllText(full, root.ToJsonString());
    }
}
