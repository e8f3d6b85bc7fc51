using System.Management.Automation.Provider;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Files;
using Agentworks.Model;
using Agentworks.PowerShell.Module;

namespace Agentworks.PowerShell;

/// <summary>What the provider of the drive does, through the engine.</summary>
internal sealed class FileDrive(AgentworksProvider provider, CancellationToken cancellationToken)
{
    public bool Exists(string path)
    {
        var at = DrivePath.Parse(path);
        return Look(path, engine => at.IsRoot || (at.IsWorkspace ? Find(engine, at.Workspace!) is not null : Find(engine, at.Workspace!) is not null && Stat(engine, at) is not null));
    }

    public bool IsContainer(string path)
    {
        var at = DrivePath.Parse(path);
        return Look(path, engine => at.IsRoot || (Find(engine, at.Workspace!) is not null && (at.IsWorkspace || IsFolder(engine, at, Stat(engine, at)))));
    }

    public void Get(string path)
    {
        var at = DrivePath.Parse(path);
        Do(path, engine =>
        {
            if (at.IsRoot)
            {
                provider.Emit(new DriveRoot(), path, isContainer: true);
            }
            else if (at.IsWorkspace)
            {
                provider.Emit(Find(engine, at.Workspace!) ?? throw new NotFoundException(EntityKind.Workspace, at.Workspace!), path, isContainer: true);
            }
            else
            {
                var file = Stat(engine, at) ?? throw FileFailureOf(at);
                provider.Emit(file, path, IsFolder(engine, at, file));
            }
        });
    }

    public void GetChildren(string path, bool recurse, int? depth)
    {
        var at = DrivePath.Parse(path);
        Do(path, engine =>
        {
            if (!at.IsRoot)
            {
                List(engine, at, recurse, depth);
                return;
            }
            foreach (var workspace in engine.Workspaces.List())
            {
                var below = at.Below(workspace.Name);
                provider.Emit(workspace, below.ToString(), isContainer: true);
                if (recurse && depth is not 0)
                {
                    List(engine, below, recurse, depth - 1);
                }
            }
        });
    }

    public void GetNames(string path)
    {
        var at = DrivePath.Parse(path);
        Do(path, engine =>
        {
            if (at.IsRoot)
            {
                foreach (var workspace in engine.Workspaces.List())
                {
                    provider.Emit(workspace.Name, at.Below(workspace.Name).ToString(), isContainer: true);
                }
                return;
            }
            foreach (var file in Files(engine, at, new ListFiles { Paths = [at.Path], Literal = true, Hidden = provider.IsForced }))
            {
                provider.Emit(file.Name, at.Below(file.Name).ToString(), file.Kind == AgwFileKind.Directory);
            }
        });
    }

    public bool HasChildren(string path)
    {
        var at = DrivePath.Parse(path);
        return Look(path, engine => at.IsRoot ? engine.Workspaces.List().Count > 0
            : IsFolder(engine, at, at.IsWorkspace ? null : Stat(engine, at)) && Files(engine, at, new ListFiles { Paths = [at.Path], Literal = true, Hidden = true }).Any());
    }

    public void Make(string path, string? type, object? value)
    {
        var at = DrivePath.Parse(path);
        var kind = type?.ToLowerInvariant() ?? string.Empty;
        if (!provider.Approves(path, kind.StartsWith('d') || kind == "container" ? "Create folder" : "Create file"))
        {
            return;
        }
        Do(path, engine =>
        {
            Require(at);
            var made = kind is "directory" or "container" or "d" ? Wait(engine.Files.MakeFolderAsync(at.Place, at.Path, null, provider.IsForced, cancellationToken))
                : kind is "symboliclink" or "link" ? Wait(engine.Files.MakeLinkAsync(at.Place, at.Path, Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture) ?? string.Empty, cancellationToken))
                : kind is "" or "file" or "f" ? MakeFile(engine, at, value)
                : throw new InvalidRequestException($"'{type}' is nothing that a workspace can have.") { Target = type, Recommendation = "Give one of File, Directory, SymbolicLink." };
            provider.Emit(made, path, made.Kind == AgwFileKind.Directory);
        });
    }

    public void Remove(string path, bool recurse)
    {
        var at = DrivePath.Parse(path);
        if (provider.Approves(path, "Remove"))
        {
            Do(path, engine =>
            {
                Require(at);
                Wait(engine.Files.RemoveAsync(at.Place, at.Path, recurse, cancellationToken));
            });
        }
    }

    public void Rename(string path, string name)
    {
        var at = DrivePath.Parse(path);
        if (provider.Approves(path, $"Rename to {name}"))
        {
            Do(path, engine =>
            {
                Require(at);
                if (name.Contains('/', StringComparison.Ordinal))
                {
                    throw new InvalidRequestException($"'{name}' is no name, but a path.") { Target = name, Recommendation = "Use Move-Item." };
                }
                var cut = at.Path.LastIndexOf('/');
                var to = at with { Path = at.Path[..(cut + 1)] + name };
                provider.Emit(Wait(engine.Files.MoveAsync(at.Place, at.Path, to.Path, provider.IsForced, cancellationToken)), to.ToString(), isContainer: false);
            });
        }
    }

    public void Move(string path, string destination)
    {
        if (provider.Approves(path, $"Move to {destination}"))
        {
            Do(path, engine =>
            {
                var (from, to) = FromTo(engine, path, destination);
                if (from.Workspace == to.Workspace)
                {
                    provider.Emit(Wait(engine.Files.MoveAsync(from.Place, from.Path, to.Path, provider.IsForced, cancellationToken)), to.ToString(), isContainer: false);
                    return;
                }
                CopyAcross(engine, from, to, recurse: true);
                Wait(engine.Files.RemoveAsync(from.Place, from.Path, recurse: true, cancellationToken));
            });
        }
    }

    public void Copy(string path, string destination, bool recurse)
    {
        if (provider.Approves(path, $"Copy to {destination}"))
        {
            Do(path, engine =>
            {
                var (from, to) = FromTo(engine, path, destination);
                CopyAcross(engine, from, to, recurse);
            });
        }
    }

    public void Clear(string path)
    {
        var at = DrivePath.Parse(path);
        if (provider.Approves(path, "Clear content"))
        {
            Do(path, engine =>
            {
                Require(at);
                if (Stat(engine, at) is null)
                {
                    throw FileFailureOf(at);
                }
                Wait(engine.Files.WriteAsync(at.Place, new WriteFile { Path = at.Path }, new MemoryStream(), cancellationToken));
            });
        }
    }

    public IContentReader? Reader(string path, DriveReadParameters how)
    {
        var at = DrivePath.Parse(path);
        return Ask<IContentReader?>(path, _ =>
        {
            Require(at);
            return new DriveReader(EngineHost.Rent(), at, how, cancellationToken);
        });
    }

    // Set-Content and Add-Content have asked the operator themselves.
    public IContentWriter? Writer(string path, DriveWriteParameters how)
    {
        var at = DrivePath.Parse(path);
        return Ask<IContentWriter?>(path, _ =>
        {
            Require(at);
            return new DriveWriter(provider, EngineHost.Rent(), at, how, cancellationToken);
        });
    }

    /// <summary>PowerShell looks before it acts. What cannot be looked at from here is not there.</summary>
    private bool Look(string path, Func<AgentworksEngine, bool> question) => Ask(path, engine =>
    {
        try
        {
            return question(engine);
        }
        catch (AgentworksException e) when (e is PathOutsideException or FileAccessDeniedException or NotAFolderException or InvalidRequestException)
        {
            return false;
        }
    });

    /// <summary>What became of a failure that PowerShell is to see as an error of the path.</summary>
    private T? Ask<T>(string path, Func<AgentworksEngine, T> question)
    {
        try
        {
            using var lease = EngineHost.Rent();
            return question(lease.Engine);
        }
        catch (AgentworksException e)
        {
            provider.Fail(e, path);
            return default;
        }
    }

    private void Do(string path, Action<AgentworksEngine> work) => Ask(path, engine =>
    {
        work(engine);
        return true;
    });

    private static AgwWorkspace? Find(AgentworksEngine engine, string name) =>
        engine.Workspaces.List().FirstOrDefault(workspace => string.Equals(workspace.Name, name, StringComparison.OrdinalIgnoreCase));

    private AgwFile? Stat(AgentworksEngine engine, DrivePath at) => Wait(engine.Files.FindAsync(at.Place, at.Path, cancellationToken));

    /// <summary>A folder, or a link to one. What lies at the end of a link that leads out is nobody's business.</summary>
    private bool IsFolder(AgentworksEngine engine, DrivePath at, AgwFile? file) =>
        at.IsWorkspace || file?.Kind == AgwFileKind.Directory || (file?.Kind == AgwFileKind.SymbolicLink && Wait(engine.Files.IsFolderAsync(at.Place, at.Path, cancellationToken)));

    private void List(AgentworksEngine engine, DrivePath at, bool recurse, int? depth)
    {
        var only = provider.ListParameters;
        var request = new ListFiles
        {
            Paths = [at.Path],
            Literal = true,
            Recurse = recurse,
            Depth = depth,
            Filter = provider.NameFilter,
            Hidden = provider.IsForced,
            Only = only.File && !only.Directory ? AgwFileKind.File : only.Directory && !only.File ? AgwFileKind.Directory : null,
        };
        foreach (var file in Files(engine, at, request))
        {
            provider.Emit(file, new DrivePath(at.Workspace, file.Path).ToString(), file.Kind == AgwFileKind.Directory);
        }
    }

    private IEnumerable<AgwFile> Files(AgentworksEngine engine, DrivePath at, ListFiles request)
    {
        foreach (var outcome in engine.Files.ListAsync(at.Place, request, cancellationToken).ToBlockingEnumerable(cancellationToken))
        {
            if (outcome.Value is { } file)
            {
                yield return file;
            }
            else
            {
                provider.Fail(outcome.Error!, at.ToString());
            }
        }
    }

    private AgwFile MakeFile(AgentworksEngine engine, DrivePath at, object? value)
    {
        var text = Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture) ?? string.Empty;
        return Wait(engine.Files.WriteAsync(
            at.Place, new WriteFile { Path = at.Path, NoClobber = !provider.IsForced }, new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text)), cancellationToken));
    }

    /// <summary>A destination that is a folder means a place in it.</summary>
    private (DrivePath From, DrivePath To) FromTo(AgentworksEngine engine, string path, string destination)
    {
        var (from, to) = (DrivePath.Parse(path), DrivePath.Parse(destination));
        Require(from);
        if (to.IsRoot)
        {
            throw DrivePath.NoFile();
        }
        return (from, to.IsWorkspace || IsFolder(engine, to, Stat(engine, to)) ? to.Below(MachinePath.Name(from.Path)) : to);
    }

    private void CopyAcross(AgentworksEngine engine, DrivePath from, DrivePath to, bool recurse)
    {
        Wait(engine.FileCopier.CopyAsync(from.Place, from.Path, to.Place, to.Path, recurse, NullEventSink.Instance, cancellationToken));
        if (Stat(engine, to) is { } file)
        {
            provider.Emit(file, to.ToString(), file.Kind == AgwFileKind.Directory);
        }
    }

    private static void Require(DrivePath at)
    {
        if (at.IsRoot || at.IsWorkspace)
        {
            throw DrivePath.NoFile();
        }
    }

    private static NotFoundException FileFailureOf(DrivePath at) => new("File", at.Path) { Target = at.ToString() };

    // The provider's methods are called on the pipeline's thread, which has nothing else to do meanwhile.
    private static T Wait<T>(Task<T> task) => task.GetAwaiter().GetResult();

    private static void Wait(Task task) => task.GetAwaiter().GetResult();
}
