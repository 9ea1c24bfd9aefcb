namespace Mayday.Agent.Printk;

/// <summary>What a conversion prints, so far as it can be told from the text again.</summary>
internal enum ConversionShape : byte
{
    Signed,
    Unsigned,
    Octal,
    HexLower,
    HexUpper,
    Character,
    String,

    /// <summary><c>%p %px %pK</c>: hex digits without a mark, or a word in parentheses.</summary>
    Pointer,

    /// <summary><c>%pS %ps %pB</c>: <c>name+0x1a/0x40 [module]</c>.</summary>
    Symbol,

    /// <summary><c>%pM %pm</c>.</summary>
    HardwareAddress,

    /// <summary><c>%pI4</c>.</summary>
    Ip4,

    /// <summary><c>%pI6 %pI6c %pIS</c>, with port, flow and scope.</summary>
    Ip,

    /// <summary><c>%pU</c>.</summary>
    Uuid,

    /// <summary><c>%*ph</c> and its separators.</summary>
    HexDump,

    /// <summary><c>%*pb</c>.</summary>
    Bitmap,

    /// <summary><c>%*pbl</c>; an empty one prints nothing.</summary>
    BitmapList,

    /// <summary><c>%pR %pr</c>: <c>[mem 0x0-0xf flags 0x1]</c>.</summary>
    Resource,

    /// <summary><c>%pa</c>: 0x and all digits.</summary>
    PhysicalAddress,

    /// <summary><c>%pe</c>: <c>-ENOMEM</c>, or a pointer.</summary>
    ErrorName,
}
