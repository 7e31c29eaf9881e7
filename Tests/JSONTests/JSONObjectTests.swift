import JSON
import Testing

@Suite("Typed reading of JSON") struct JSONObjectTests {
    let object: JSONObject

    init() throws {
        let json = try parse(
            #"""
            {"text": "x", "none": null, "yes": true, "no": "false", "mtu": 1450, "mtuText": "1450", "float": 1500.0,
             "big": 123456789012345678901234567890, "plus": "+5", "minus": "-5", "object": {"inner": {"deep": 1}},
             "objects": [{"a": 1}, {"a": "abc"}], "strings": ["a", "b"], "mixed": ["a", 1], "HostPort": 80, "hostport": 81,
             "cni.dev/x": 7, "gone": null, "GONE": 3}
            """#)
        object = try JSONObject(json, path: .root)
    }

    @Test("Values of the right type are read") func reading() throws {
        #expect(try object.string("text") == "x")
        #expect(try object.bool("yes") == true)
        #expect(try object.bool("no") == false)
        #expect(try object.integer("mtu", in: 0...1450) == 1450)
        #expect(try object.integer("mtuText", in: 1450...1450) == 1450)
        #expect(try object.integer("minus", in: -5...5) == -5)
        #expect(try object.strings("strings") == ["a", "b"])
        #expect(try object.objects("objects")?[0].integer("a", in: 0...1) == 1)
        #expect(try object.object("object")?.object("inner")?.integer("deep", in: 1...1) == 1)
        #expect(try object.array("mixed") == ["a", 1])
    }

    @Test("Null and absence are the same", arguments: ["none", "missing"])
    func absence(_ key: String) throws {
        #expect(object.value(key) == nil)
        #expect(try object.string(key) == nil)
        #expect(try object.bool(key) == nil)
        #expect(try object.integer(key, in: 0...1) == nil)
        #expect(try object.object(key) == nil)
        #expect(try object.objects(key) == nil)
        #expect(try object.strings(key) == nil)
        #expect(object.value(caseInsensitive: key) == nil)
    }

    @Test("A wrong type is named with its path, what is there and what was expected") func wrongTypes() throws {
        let object = object
        func message(_ body: () throws -> Any?) -> String? {
            #expect(throws: JSON.TypeError.self, performing: body)?.description
        }
        #expect(message { try object.string("mtu") } == "mtu: expected a string, found 1450")
        #expect(message { try object.bool("text") } == #"text: expected true or false, found "x""#)
        #expect(
            message { try object.integer("mtu", in: 68...1400) }
                == "mtu: expected a whole number from 68 to 1400, found 1450")
        #expect(
            message { try object.integer("float", in: 0...9) }
                == "float: expected a whole number from 0 to 9, found 1500.0")
        #expect(
            message { try object.integer("big", in: 0...9) }
                == "big: expected a whole number from 0 to 9, found 123456789012345678901234567890")
        #expect(
            message { try object.integer("plus", in: 0...9) }
                == #"plus: expected a whole number from 0 to 9, found "+5""#)
        #expect(
            message { try object.integer("yes", in: 0...9) } == "yes: expected a whole number from 0 to 9, found true")
        #expect(message { try object.object("text") } == #"text: expected an object, found "x""#)
        #expect(message { try object.objects("strings") } == #"strings[0]: expected an object, found "a""#)
        #expect(message { try object.strings("mixed") } == "mixed[1]: expected a string, found 1")
        #expect(message { try object.strings("object") } == #"object: expected an array, found {"inner":{"deep":1}}"#)
        #expect(
            message { try object.objects("objects")?[1].integer("a", in: 20...32) }
                == #"objects[1].a: expected a whole number from 20 to 32, found "abc""#)
        #expect(message { try object.string("cni.dev/x") } == #"["cni.dev/x"]: expected a string, found 7"#)
        #expect(message { try JSONObject([], path: .root) } == "expected an object, found []")
        #expect(
            JSON.TypeError(path: object.path(to: "name"), found: nil, expected: "a name").description
                == "name: expected a name, found nothing")
    }

    @Test("A long value is shown cut to 60 characters") func longValue() throws {
        let error = JSON.TypeError(path: .root, found: .string(String(repeating: "é", count: 100)), expected: "x")
        #expect(error.found.count == 60)
        #expect(error.found.hasSuffix("é…"))
    }

    @Test("Letter case can be ignored, but an exact match wins") func letterCase() {
        #expect(object.value(caseInsensitive: "hostPort") == 80)
        #expect(object.value(caseInsensitive: "hostport") == 81)
        #expect(object.value(caseInsensitive: "HOSTPORT") == 80)
        #expect(object.value(caseInsensitive: "gone") == 3)
        #expect(object.value(caseInsensitive: "host_ort") == nil)
        #expect(object.value(caseInsensitive: "cni.dev\u{f}x") == nil)
    }

    @Test("Whole numbers are read exactly or not at all") func integers() throws {
        #expect(try parse("9223372036854775807").integer == .max)
        #expect(try parse("-9223372036854775808").integer == .min)
        #expect(try parse("9223372036854775808").integer == nil)
        #expect(try parse("1e3").integer == nil)
        #expect(try parse("\"1\"").integer == nil)
    }

    @Test("Paths print with dots, brackets and quotes where they are needed") func paths() {
        let path = JSON.Path.root.appending("ipam").appending("pools").appending(0).appending("a b\"").appending("c")
        #expect(path.description == #"ipam.pools[0]["a b\""].c"#)
        #expect(JSON.Path.root.appending(3).appending("x").description == "[3].x")
    }

    @Test("Literals build values in order") func literals() {
        let json: JSON = ["b": 1, "a": [true, .null, "x", .number("1e3")]]
        #expect(json.description == #"{"b":1,"a":[true,null,"x",1e3]}"#)
        #expect(json["a"]?["b"] == nil)
    }
}
