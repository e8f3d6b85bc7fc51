using Agentworks.Errors;
using Agentworks.Model;
using Agentworks.State;

namespace Agentworks.Tests.Unit.State;

public sealed class StateStoreTests : IDisposable
{
    private static readonly DateTimeOffset Moment = new(2026, 3, 4, 5, 6, 7, 890, TimeSpan.FromHours(2));
    private readonly TestFolder folder = new();
    private readonly StateStore store;

    public StateStoreTests() => store = StateStore.Open(folder.Home, TimeProvider.System);

    public void Dispose()
    {
        store.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void Folder_and_files_are_the_owners_alone()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        Sample.Fill(store);
        store.Read(reader => reader.ListVms());

        var files = Directory.GetFiles(folder.Home, "agentworks.db*");
        Assert.Contains(folder.Database + "-wal", files);
        foreach (var file in files)
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder.Home));
    }

    [Fact]
    public void The_owner_tag_is_made_once()
    {
        using var other = new TestFolder();
        using var second = StateStore.Open(folder.Home, TimeProvider.System);
        using var elsewhere = StateStore.Open(other.Home, TimeProvider.System);

        Assert.Matches("^[0-9a-f]{16}$", store.OwnerTag);
        Assert.Equal(store.OwnerTag, second.OwnerTag);
        Assert.NotEqual(store.OwnerTag, elsewhere.OwnerTag);
    }

    [Fact]
    public void Rows_come_back_as_they_were()
    {
        const string hostile = "it's \"$(x)\" `y`\n\t-rf *; DROP TABLE vm; \u0430\U0001F600";
        var vm = Sample.Vm("one") with
        {
            State = LifecycleState.Partial, DesiredPower = DesiredPower.Stopped, Cpus = 4, MemoryMiB = 8192, DiskGiB = 40, Image = "debian:12",
            OptionsJson = hostile, PlatformData = new string('x', 1 << 20), WorkspaceStore = "btrfs", FailedSteps = "a\nb", AppliedHash = "ff",
            Created = Moment,
        };
        var workspace = Sample.Workspace("app", "one") with { Repository = hostile, Branch = hostile, Store = "btrfs", Created = Moment };
        var agent = Sample.Agent("coder", "one") with { AllWorkspaces = true, FailedSteps = hostile, Created = Moment };
        var session = Sample.Session("s1", "app", "coder") with
        {
            Command = hostile, RestartCommand = hostile, EnvironmentJson = hostile, SecretNamesJson = hostile, RunId = "r", Started = Moment, Created = Moment,
        };
        store.Write(writer =>
        {
            writer.Insert(vm);
            writer.Insert(workspace);
            writer.Insert(agent);
            writer.Insert(session);
        });

        store.Read(reader =>
        {
            Assert.Equal(vm, reader.FindVm("one"));
            Assert.Equal(vm, reader.GetVm("one"));
            Assert.Equal(workspace, reader.FindWorkspace("app"));
            Assert.Equal(agent, reader.FindAgent("coder"));
            Assert.Equal(session, reader.GetSession("s1"));
            Assert.Null(reader.FindVm("One"));
            return true;
        });
    }

    [Fact]
    public void An_update_changes_what_differs_and_nothing_else()
    {
        Sample.Fill(store);
        var changed = store.Write(writer =>
        {
            var row = writer.FindVm("one")! with { Cpus = 2, AppliedHash = "ab", DesiredPower = DesiredPower.Stopped };
            writer.Update(row);
            return row;
        });

        Assert.Equal(changed, store.Read(reader => reader.FindVm("one")));
        Assert.Equal("two", store.Read(reader => reader.FindVm("two"))!.HostName);
        Assert.Throws<NotFoundException>(() => store.Write(writer => writer.Update(Sample.Vm("gone"))));
    }

    [Fact]
    public void Created_is_now_unless_given()
    {
        var before = DateTimeOffset.UtcNow;
        var row = store.Write(writer => writer.Insert(Sample.Vm("one")));

        Assert.InRange(row.Created, before, DateTimeOffset.UtcNow);
        Assert.Equal(row, store.Read(reader => reader.FindVm("one")));
    }

    [Fact]
    public void Names_are_unique_per_kind()
    {
        Sample.Fill(store);

        var e = Assert.Throws<AlreadyExistsException>(() => store.Write(writer => writer.Insert(Sample.Vm("new") with { Name = "one" })));
        Assert.Equal("one", e.Target);
        Assert.Throws<AlreadyExistsException>(() => store.Write(writer => writer.Insert(Sample.Workspace("new", "two") with { Name = "app" })));
        Assert.Throws<AlreadyExistsException>(() => store.Write(writer => writer.Insert(Sample.Agent("new", "two") with { Name = "coder" })));
        Assert.Throws<AlreadyExistsException>(() => store.Write(writer => writer.Update(writer.FindSession("s2")! with { Name = "s1" })));
        store.Write(writer => writer.Insert(Sample.Agent("one", "one")));
    }

    [Theory]
    [InlineData("Upper")]
    [InlineData("")]
    [InlineData("ähm")]
    [InlineData("a b")]
    [InlineData("a/b")]
    public void Names_that_are_not_plain_lower_case_are_refused(string name)
    {
        Assert.Throws<StateWriteException>(() => store.Write(writer => writer.Insert(Sample.Vm("id") with { Name = name })));
        Assert.Empty(store.Read(reader => reader.ListVms()));
    }

    [Fact]
    public void A_dedicated_workspace_has_its_machine_to_itself()
    {
        Sample.Fill(store);
        store.Write(writer => writer.Update(writer.FindWorkspace("far")! with { Isolation = WorkspaceIsolation.Dedicated }));

        Assert.Throws<StateWriteException>(() => store.Write(
            writer => writer.Insert(Sample.Workspace("second", "two") with { Isolation = WorkspaceIsolation.Dedicated })));
    }

    [Fact]
    public void What_throws_leaves_nothing_behind()
    {
        Assert.Throws<TimeoutException>(() => store.Write(writer =>
        {
            writer.Insert(Sample.Vm("one"));
            throw new TimeoutException();
        }));

        Assert.Empty(store.Read(reader => reader.ListVms()));
        store.Write(writer => writer.Insert(Sample.Vm("one")));
    }

    [Fact]
    public void A_change_inside_a_change_joins_it_and_can_fail_alone()
    {
        store.Write(writer =>
        {
            writer.Insert(Sample.Vm("one"));
            Assert.Throws<TimeoutException>(() => store.Write(inner =>
            {
                inner.Insert(Sample.Vm("two"));
                throw new TimeoutException();
            }));
            store.Write(inner => inner.Insert(Sample.Vm("three")));
            Assert.Equal(["one", "three"], store.Read(reader => reader.ListVms()).Select(vm => vm.Name));
        });

        Assert.Equal(["one", "three"], store.Read(reader => reader.ListVms()).Select(vm => vm.Name));
    }

    [Fact]
    public void A_view_stays_as_it_was_while_others_write()
    {
        Sample.Fill(store);
        using var other = StateStore.Open(folder.Home, TimeProvider.System);
        store.Read(reader =>
        {
            Assert.Equal(2, reader.ListVms().Count);
            other.Write(writer => writer.DeleteVm("two"));
            Assert.Equal(2, reader.ListVms().Count);
            return true;
        });

        Assert.Single(store.Read(reader => reader.ListVms()));
    }

    [Fact]
    public void A_view_cannot_be_used_after_its_end()
    {
        var leaked = store.Read(reader => reader);
        Assert.Throws<InvalidOperationException>(() => leaked.ListVms());
    }

    [Fact]
    public void Lists_filter_and_counts_add_up()
    {
        Sample.Fill(store);
        store.Read(reader =>
        {
            Assert.Equal(["app"], reader.ListWorkspaces("one").Select(row => row.Name));
            Assert.Equal(["app", "far"], reader.ListWorkspaces().Select(row => row.Name));
            Assert.Empty(reader.ListAgents("two"));
            Assert.Equal(["s1", "s2"], reader.ListSessions(vmId: "one").Select(row => row.Name));
            Assert.Equal(["s1"], reader.ListSessions(workspaceId: "app", agentId: "coder").Select(row => row.Name));
            Assert.Equal(1, reader.CountWorkspacesByVm()["two"]);
            Assert.Equal(1, reader.CountAgentsByVm()["one"]);
            Assert.False(reader.CountAgentsByVm().ContainsKey("two"));
            Assert.Equal(2, reader.CountSessionsByVm()["one"]);
            Assert.Equal(2, reader.CountSessionsByWorkspace()["app"]);
            Assert.Equal(1, reader.CountSessionsByAgent()["coder"]);
            return true;
        });
    }

    [Fact]
    public void Threads_of_one_process_lose_no_update()
    {
        store.Write(writer => writer.Insert(Sample.Vm("one") with { Cpus = 0 }));
        Parallel.For(0, 8, _ =>
        {
            for (var i = 0; i < 50; i++)
            {
                store.Write(writer =>
                {
                    var vm = writer.FindVm("one")!;
                    writer.Update(vm with { Cpus = vm.Cpus + 1 });
                });
                store.Read(reader => reader.ListVms());
            }
        });

        Assert.Equal(400, store.Read(reader => reader.FindVm("one"))!.Cpus);
    }
}
