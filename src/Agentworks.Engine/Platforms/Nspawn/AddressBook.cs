using System.Globalization;
using Agentworks.Errors;
using Agentworks.Transport;

namespace Agentworks.Platforms.Nspawn;

/// <summary>Gives each dedicated machine of this computer an address of its own. It is in the machine's folder, and goes with it.</summary>
internal sealed class AddressBook(NspawnPaths paths)
{
    private readonly string machines = Path.GetDirectoryName(paths.Folder)!;

    /// <summary>Null when it has none yet.</summary>
    public MachineAddress? Find() => Read(paths.Address);

    public async Task<MachineAddress> ClaimAsync(CancellationToken cancellationToken)
    {
        if (Find() is { } known)
        {
            return known;
        }

        // No machine can have this lock's name: theirs have no dot before the last one.
        var held = await FileLock.TakeAsync(Path.Combine(machines, ".addresses.lock"), cancellationToken).ConfigureAwait(false);
        await using var _ = held.ConfigureAwait(false);
        var taken = Directory.GetDirectories(machines).Select(folder => Read(Path.Combine(folder, "address"))?.Number).OfType<int>().ToHashSet();
        for (int number = MachineAddress.Prefer(paths.Id), tries = 0; tries <= MachineAddress.Last - MachineAddress.First; tries++)
        {
            if (!taken.Contains(number))
            {
                UnixFiles.Write(paths.Address, number.ToString(CultureInfo.InvariantCulture) + "\n", UnixFiles.OwnerOnly);
                return new MachineAddress(number);
            }

            number = number == MachineAddress.Last ? MachineAddress.First : number + 1;
        }

        throw new PlatformException("There is no address left for another machine.") { Target = paths.Id };
    }

    private static MachineAddress? Read(string file)
    {
        try
        {
            return int.TryParse(File.ReadAllText(file), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var number)
                && number is >= MachineAddress.First and <= MachineAddress.Last
                ? new MachineAddress(number)
                : null;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
