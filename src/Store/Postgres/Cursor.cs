using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Mayday.Store.Crashes;

namespace Mayday.Store.Postgres;

/// <summary>
/// Keyset pagination: the sort key of the last row, opaque to callers. Pages stay stable while rows are added: no row is shown twice, and
/// new rows appear on an earlier page.
/// </summary>
internal static class Cursor
{
    // The longest cursor has two keys of 20 and 36 characters and a name. Anything much longer is not a cursor of this program.
    private const int MaxLength = 256;

    public static string Of(Guid id) => Encode("id", id.ToString("N"));

    public static string Of(string order, long key, Guid id) => Encode(order, key.ToString(CultureInfo.InvariantCulture), id.ToString("N"));

    public static string Of(string order, long key, long id) =>
        Encode(order, key.ToString(CultureInfo.InvariantCulture), id.ToString(CultureInfo.InvariantCulture));

    public static Guid ReadId(string cursor) => Decode(cursor, "id", parts: 2) is [_, var id] && Guid.TryParseExact(id, "N", out var value) ? value : throw Invalid();

    public static (long Key, Guid Id) ReadKey(string cursor, string order) =>
        Decode(cursor, order, parts: 3) is [_, var key, var id]
        && long.TryParse(key, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
        && Guid.TryParseExact(id, "N", out var value)
            ? (number, value)
            : throw Invalid();

    public static (long Key, long Id) ReadNumbers(string cursor, string order) =>
        Decode(cursor, order, parts: 3) is [_, var key, var id]
        && long.TryParse(key, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
        && long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? (number, value)
            : throw Invalid();

    private static string Encode(params string[] parts) => Base64Url.EncodeToString(Encoding.ASCII.GetBytes(string.Join('|', parts)));

    private static string[] Decode(string cursor, string order, int parts)
    {
        if (cursor.Length > MaxLength || !Base64Url.IsValid(cursor))
        {
            throw Invalid();
        }

        var texts = Encoding.ASCII.GetString(Base64Url.DecodeFromChars(cursor)).Split('|');
        return texts.Length == parts && texts[0] == order ? texts : throw Invalid();
    }

    private static InvalidCursorException Invalid() =>
        new("The cursor is not one that this list gave out with this order; start again without it.");
}
