using Agentworks.State.Rows;

namespace Agentworks.State.Tables;

/// <summary>Pools and their members. One platform and image has one pool.</summary>
internal static class PoolTable
{
    private const string Columns = "id, platform, image, count, cpus, memory_mib, disk_gib, created";

    public static List<PoolRow> List(Database database) => database.Query($"SELECT {Columns} FROM pool ORDER BY platform, image", Read);

    public static PoolRow? Find(Database database, string platform, string image) =>
        database.Query($"SELECT {Columns} FROM pool WHERE platform = $1 AND image = $2", Read, platform, image).FirstOrDefault();

    /// <summary>Records it in place of the one of that platform and image, which keeps its id.</summary>
    public static void Put(Database database, PoolRow row) => database.Execute(
        $"INSERT INTO pool ({Columns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (platform, image) DO UPDATE SET count = $4, cpus = $5, memory_mib = $6, disk_gib = $7",
        row.Id, row.Platform, row.Image, row.Count, row.Cpus, row.MemoryMiB, row.DiskGiB, row.Created);

    public static bool Delete(Database database, string id) => database.Execute("DELETE FROM pool WHERE id = $1", id) > 0;

    /// <summary>Members of one pool or of all, the oldest first.</summary>
    public static List<PoolMemberRow> Members(Database database, string? poolId) => database.Query(
        "SELECT vm_id, pool_id, ready FROM pool_member JOIN vm ON vm.id = vm_id WHERE $1 IS NULL OR pool_id = $1 ORDER BY vm.created, vm_id",
        row => new PoolMemberRow(row.Text("vm_id"), row.Text("pool_id"), row.Truth("ready")),
        poolId);

    public static void Put(Database database, PoolMemberRow row) => database.Execute(
        "INSERT INTO pool_member (vm_id, pool_id, ready) VALUES ($1, $2, $3) ON CONFLICT (vm_id) DO UPDATE SET ready = $3", row.VmId, row.PoolId, row.Ready);

    public static bool DeleteMember(Database database, string vmId) => database.Execute("DELETE FROM pool_member WHERE vm_id = $1", vmId) > 0;

    private static PoolRow Read(RowReader row) => new()
    {
        Id = row.Text("id"),
        Platform = row.Text("platform"),
        Image = row.Text("image"),
        Count = row.Number("count"),
        Cpus = row.NumberOrNull("cpus"),
        MemoryMiB = row.NumberOrNull("memory_mib"),
        DiskGiB = row.NumberOrNull("disk_gib"),
        Created = row.Time("created"),
    };
}
