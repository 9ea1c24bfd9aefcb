namespace Mayday.Tests.Shared.Wire;

/// <summary>Golden netconsole datagrams, named after what they mean. A static member a datagram; do not write to the arrays.</summary>
public static class NetconsoleVectors
{
    /// <summary>A line of basic text.</summary>
    public static readonly byte[] BasicLine = Convert.FromHexString(
        "5b20202031322e3334353637385d204255473a206b65726e656c204e554c4c20706f696e7465722064657265666572656e63652c206164" +
        "64726573733a20303030303030303030303030303030380a");

    /// <summary>A plain extended message.</summary>
    public static readonly byte[] Extended = Convert.FromHexString(
        "362c3434342c3530313135313236382c2d3b6e6574636f6e736f6c653a206e6574776f726b206c6f6767696e6720737461727465640a");

    /// <summary>As <see cref="Extended"/>, with the release in front.</summary>
    public static readonly byte[] WithRelease = Convert.FromHexString(
        "362e342e302c362c3434342c3530313135313236382c2d3b6e6574636f6e736f6c653a206e6574776f726b206c6f6767696e6720737461" +
        "727465640a");

    /// <summary>A caller field.</summary>
    public static readonly byte[] WithCaller = Convert.FromHexString(
        "342c313230372c39383736353433322c2d2c63616c6c65723d543132333b736f6674206c6f636b75700a");

    /// <summary>Dictionary lines.</summary>
    public static readonly byte[] WithDictionary = Convert.FromHexString(
        "372c3136302c3432343036392c2d3b7063695f726f6f7420504e50304130333a30303a20686f7374206272696467652077696e646f7720" +
        "5b696f20203078303030302d3078306366375d202869676e6f726564290a2053554253595354454d3d616370690a204445564943453d2b" +
        "616370693a504e50304130333a30300a");

    /// <summary>Userdata lines.</summary>
    public static readonly byte[] WithUserdata = Convert.FromHexString(
        "31322c3630372c32323038353430373735362c2d3b546869732069732061206d6573736167650a20666f6f3d6261720a207175783d6261" +
        "7a0a");

    /// <summary>A message id.</summary>
    public static readonly byte[] WithMessageId = Convert.FromHexString(
        "31332c3433342c35343932383436362c2d3b54686973206973206d6573736167652023310a206d736769643d310a");

    /// <summary>Release, caller, dictionary, userdata and all sysdata.</summary>
    public static readonly byte[] WithEverything = Convert.FromHexString(
        "362e31372e302d7263312c342c313230372c39383736353433322c2d2c63616c6c65723d43333b780a2053554253595354454d3d6e6574" +
        "0a20686f73743d7765622d31320a206370753d330a207461736b6e616d653d737761707065722f330a2072656c656173653d362e31372e" +
        "302d7263310a206d736769643d343239343936373239350a");

    /// <summary>Escaped bytes in the text.</summary>
    public static readonly byte[] WithEscapes = Convert.FromHexString(
        "332c392c31302c2d3b615c783039625c783563635c7863335c7861390a");

    /// <summary>Bytes 0 to 15 of 31.</summary>
    public static readonly byte[] FirstFragment = Convert.FromHexString(
        "362c3431362c313735383432362c2d2c6e63667261673d302f33313b746865206669727374206368756e6b2c");

    /// <summary>Bytes 16 to 30 of 31.</summary>
    public static readonly byte[] SecondFragment = Convert.FromHexString(
        "362c3431362c313735383432362c2d2c6e63667261673d31362f33313b2074686520326e64206368756e6b2e");

    /// <summary>Header of the real-size fragments.</summary>
    public const string FragmentHeader = "6,416,1758426,-";

    /// <summary>1500 bytes: the i-th is 0x20 + i mod 95, a slash for the backslash, a line end at the end.</summary>
    public static byte[] BodyP() => [.. Enumerable.Range(0, 1499).Select(i => (byte)(0x20 + i % 95)).Select(b => b == 0x5c ? (byte)0x2f : b), (byte)'\n'];

    /// <summary>2601 bytes: the alphabet over and over, and a line end.</summary>
    public static byte[] BodyQ() => [.. Enumerable.Range(0, 2600).Select(i => (byte)('A' + i % 26)), (byte)'\n'];

    public static IReadOnlyList<byte[]> All { get; } =
    [
        BasicLine, Extended, WithRelease, WithCaller, WithDictionary, WithUserdata, WithMessageId, WithEverything, WithEscapes, FirstFragment,
        SecondFragment,
    ];
}
